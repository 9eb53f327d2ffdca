'use client';

import { useTranslations } from 'use-intl';
import { classNames } from '../../../lib/class-names.ts';
import { useFormats } from '../../../lib/format.ts';
import type { Attempt, ToolCall, Trace } from '../../../lib/admin/types.ts';

interface Bar {
  readonly from: number;
  readonly to: number;
  readonly what: string;
  readonly look: string;
}

interface Lane {
  readonly label: string;
  readonly note: string;
  readonly isBad: boolean;
  readonly isChild: boolean;
  readonly bars: readonly Bar[];
}

/** When what happened, on one scale: waiting, attempts, the stream, and the calls within it. */
export function Waterfall({ trace, calls }: { readonly trace: Trace; readonly calls: readonly ToolCall[] }) {
  const t = useTranslations('waterfall');
  const formats = useFormats();
  const whole = Math.max(trace.ms, ...trace.attempts.map(({ endMs }) => endMs), 0.1);

  const barsOf = (attempt: Attempt): readonly Bar[] => {
    const { queuedMs, startMs, connectedMs: connected = startMs, endMs, error } = attempt;
    const bad = error !== undefined;
    const first = attempt.firstMs ?? endMs;
    const headers = attempt.headersMs ?? first;
    return [
      { from: startMs - queuedMs, to: startMs, what: t('queue'), look: 'bg-line' },
      { from: startMs, to: connected, what: t('connect'), look: bad ? 'bg-bad' : 'bg-quiet' },
      { from: connected, to: headers, what: t('wait'), look: bad ? 'bg-bad' : 'bg-quiet/60' },
      { from: headers, to: first, what: t('first'), look: bad ? 'bg-bad' : 'bg-warn' },
      { from: first, to: endMs, what: t('stream'), look: bad ? 'bg-bad' : 'bg-accent' },
    ].filter(({ from, to }) => to > from);
  };
  const lanes: readonly Lane[] = [
    ...trace.attempts.map((attempt) => ({
      label: `${attempt.upstream}/${attempt.model}`,
      note: `${t(`reasons.${attempt.reason}`)} · ${attempt.error?.kind ?? attempt.status ?? ''} · ${formats.ms(attempt.endMs - attempt.startMs)}`,
      isBad: attempt.error !== undefined,
      isChild: false,
      bars: barsOf(attempt),
    })),
    ...calls.map((call) => ({
      label: call.name,
      note: formats.ms(call.endMs - call.startMs),
      isBad: call.state !== 'ok',
      isChild: true,
      bars: [
        {
          from: call.startMs,
          to: Math.max(call.endMs, call.startMs + whole / 200),
          what: call.name,
          look: call.state === 'ok' ? 'bg-good' : 'bg-bad',
        },
      ],
    })),
  ];
  if (lanes.length === 0) return <p className="text-quiet">{t('nobody')}</p>;
  return (
    <div>
      <ol className="grid gap-1.5">
        {lanes.map((lane, at) => (
          <li key={at} className="grid grid-cols-1 items-center gap-x-4 sm:grid-cols-[260px_1fr]">
            <div className={classNames('min-w-0 text-sm', lane.isChild && 'pl-4')}>
              <div className={classNames('truncate', lane.isBad ? 'text-bad' : 'font-medium')}>
                {lane.label}
              </div>
              <div className="truncate text-xs text-quiet">{lane.note}</div>
            </div>
            <div
              className="relative h-6 rounded bg-sunken"
              role="img"
              aria-label={describe(lane, formats.ms)}
            >
              {lane.bars.map(({ from, to, what, look }, bar) => (
                <span
                  key={bar}
                  title={`${what}: ${formats.ms(from)} – ${formats.ms(to)}`}
                  className={classNames('absolute inset-y-1 min-w-0.5 rounded-xs', look)}
                  style={{ left: `${(from / whole) * 100}%`, width: `${((to - from) / whole) * 100}%` }}
                />
              ))}
            </div>
          </li>
        ))}
      </ol>
      <div className="mt-1 flex justify-between text-xs text-quiet sm:pl-[276px]" aria-hidden>
        {[0, 0.25, 0.5, 0.75, 1].map((share) => (
          <span key={share}>{formats.ms(whole * share)}</span>
        ))}
      </div>
      <ul className="mt-2 flex flex-wrap gap-4 text-xs text-quiet" aria-hidden>
        {(
          [
            ['bg-line', 'queue'],
            ['bg-quiet', 'connect'],
            ['bg-quiet/60', 'wait'],
            ['bg-warn', 'first'],
            ['bg-accent', 'stream'],
            ['bg-bad', 'failed'],
          ] as const
        ).map(([look, name]) => (
          <li key={name} className="flex items-center gap-1.5">
            <span className={classNames('size-2.5 rounded-xs', look)} />
            {t(name)}
          </li>
        ))}
      </ul>
    </div>
  );
}

function describe({ label, note, bars }: Lane, ms: (value: number) => string): string {
  return [label, note, ...bars.map(({ what, from, to }) => `${what} ${ms(from)} – ${ms(to)}`)].join('; ');
}
