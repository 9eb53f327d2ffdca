'use client';

import { useTranslations } from 'use-intl';
import { Badge } from '../../components/ui/badge.tsx';
import type { ToolCall } from '../../lib/admin/types.ts';

export function CallState({ call }: { readonly call: Pick<ToolCall, 'state' | 'result'> }) {
  const t = useTranslations('calls');
  const { state, result } = call;
  return (
    <span className="inline-flex flex-wrap gap-1">
      <Badge tone={state === 'ok' ? 'good' : 'bad'}>{t(`states.${state}`)}</Badge>
      {result ? (
        <Badge tone={result.isError ? 'warn' : 'accent'}>
          {result.isError ? t('failed') : t('answered')}
        </Badge>
      ) : (
        <Badge tone="quiet">{t('unanswered')}</Badge>
      )}
    </span>
  );
}
