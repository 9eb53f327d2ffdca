'use client';

import { useTranslations } from 'use-intl';
import { Table } from '../../../components/ui/table.tsx';
import { useFormats } from '../../../lib/format.ts';
import type { Attempt, Trace } from '../../../lib/admin/types.ts';

/** Each attempt with why it was made and how it ended. */
export function Routing({ trace }: { readonly trace: Trace }) {
  const t = useTranslations('routing');
  const reasons = useTranslations('waterfall.reasons');
  const formats = useFormats();
  const result = (attempt: Attempt): string => {
    const { faults } = attempt;
    return faults ? `${end(attempt)} ${t('mended', { faults: faults.join('; ') })}`.trim() : end(attempt);
  };
  const end = ({ error, status }: Attempt): string => {
    if (!error) return String(status ?? '');
    const wait =
      error.retryAfterMs === undefined ? '' : ` ${t('retryAfter', { time: formats.ms(error.retryAfterMs) })}`;
    return `${status ?? ''} ${error.kind}: ${error.message}${wait}`.trim();
  };
  if (trace.attempts.length === 0) return <p className="text-quiet">{t('nobody')}</p>;
  return (
    <Table
      label={t('title')}
      columns={[
        { name: t('candidate'), cell: ({ upstream, model }) => `${upstream}/${model}` },
        {
          name: t('reason'),
          cell: ({ reason, name }) => `${reasons(reason)}${name === trace.model ? '' : ` (${name})`}`,
        },
        { name: t('queued'), cell: ({ queuedMs }) => formats.ms(queuedMs), isWide: true },
        { name: t('took'), cell: ({ startMs, endMs }) => formats.ms(endMs - startMs), isWide: true },
        {
          name: t('result'),
          cell: (attempt) => <span className={attempt.error ? 'text-bad' : ''}>{result(attempt)}</span>,
        },
        {
          name: t('requestId'),
          cell: ({ upstreamRequestId }) => <code className="font-mono text-xs">{upstreamRequestId}</code>,
          isWide: true,
        },
      ]}
      rows={trace.attempts}
      keyOf={({ startMs, upstream, model }) => `${startMs} ${upstream} ${model}`}
    />
  );
}
