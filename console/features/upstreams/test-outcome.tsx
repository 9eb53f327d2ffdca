'use client';

import { useTranslations } from 'use-intl';
import { Badge } from '../../components/ui/badge.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { useFormats } from '../../lib/format.ts';
import type { TestResult } from '../../lib/admin/types.ts';

/** What a test found: the real answer and how long it took, or the real reason. */
export function TestOutcome({ result }: { readonly result: TestResult | string | undefined }) {
  const t = useTranslations('upstreams');
  const formats = useFormats();
  if (result === undefined) return null;
  if (typeof result === 'string') return <Notice kind="error">{result}</Notice>;
  const { ok, latencyMs, models = [], reply, error } = result;
  return (
    <div aria-live="polite" className="grid gap-2">
      <p className="flex items-center gap-2">
        <Badge tone={ok ? 'good' : 'bad'}>{ok ? t('works') : t('fails')}</Badge>
        {formats.ms(latencyMs)}
      </p>
      {error && <Notice kind="error">{`${error.kind}: ${error.message}`}</Notice>}
      {reply !== undefined && (
        <blockquote className="rounded-md bg-sunken p-3 whitespace-pre-wrap wrap-anywhere">
          {reply}
        </blockquote>
      )}
      {models.length > 0 && (
        <details>
          <summary className="cursor-pointer text-quiet">{t('models', { count: models.length })}</summary>
          <ul className="max-h-48 overflow-auto font-mono text-sm" tabIndex={0}>
            {models.map((model) => (
              <li key={model}>{model}</li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
