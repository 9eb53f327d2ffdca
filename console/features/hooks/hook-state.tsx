'use client';

import { useTranslations } from 'use-intl';
import { Badge } from '../../components/ui/badge.tsx';
import type { Hook } from '../../lib/admin/types.ts';

export function HookState({ hook: { enabled, shadow, failure } }: { readonly hook: Hook }) {
  const t = useTranslations('hooks');
  if (!enabled) return <Badge tone="quiet">{t('off')}</Badge>;
  if (failure !== null)
    return (
      <>
        <Badge tone="bad">{t('failing')}</Badge>
        <div className="mt-1 max-w-prose text-xs text-quiet">{failure}</div>
      </>
    );
  return shadow ? (
    <Badge tone="warn" title={t('shadowHint')}>
      {t('shadow')}
    </Badge>
  ) : (
    <Badge tone="good">{t('active')}</Badge>
  );
}
