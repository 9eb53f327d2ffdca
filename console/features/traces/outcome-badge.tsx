'use client';

import { useTranslations } from 'use-intl';
import { Badge, type Tone } from '../../components/ui/badge.tsx';
import type { Trace } from '../../lib/admin/types.ts';

const TONES: Readonly<Record<Trace['outcome'], Tone>> = {
  ok: 'good',
  error: 'bad',
  aborted: 'warn',
  running: 'accent',
  interrupted: 'warn',
  refused: 'warn',
};

export function OutcomeBadge({
  trace,
}: {
  readonly trace: Pick<Trace, 'outcome' | 'errorKind' | 'refused'>;
}) {
  const t = useTranslations('outcomes');
  return (
    <Badge tone={TONES[trace.outcome]} title={trace.refused ?? trace.errorKind}>
      {trace.outcome === 'error' ? (trace.errorKind ?? t('error')) : t(trace.outcome)}
    </Badge>
  );
}

/** Each attempt as a mark, in order: what failed on the way is seen in the list. */
export function AttemptMarks({ attempts }: Pick<Trace, 'attempts'>) {
  const t = useTranslations('traces');
  if (attempts.length < 2) return null;
  const names = attempts.map(({ upstream, error, status }) => `${upstream}: ${error?.kind ?? status ?? ''}`);
  return (
    <span
      className="inline-flex gap-1 align-middle"
      role="img"
      aria-label={`${t('attempts')}: ${names.join(', ')}`}
      title={names.join('\n')}
    >
      {attempts.map(({ error }, at) => (
        <span key={at} className={error ? 'text-bad' : 'text-good'} aria-hidden>
          {error ? '✕' : '●'}
        </span>
      ))}
    </span>
  );
}
