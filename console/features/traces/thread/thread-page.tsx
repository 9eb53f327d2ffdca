'use client';

import Link from 'next/link';
import { parseAsString, useQueryState } from 'nuqs';
import { useTranslations } from 'use-intl';
import { Empty } from '../../../components/ui/empty.tsx';
import { Loaded } from '../../../components/ui/loaded.tsx';
import { Notice } from '../../../components/ui/notice.tsx';
import { Panel } from '../../../components/ui/panel.tsx';
import { useFormats } from '../../../lib/format.ts';
import type { ToolCall, TracePage } from '../../../lib/admin/types.ts';
import { Turn } from './turn.tsx';
import { useAdmin } from '../../../lib/admin/use-admin.ts';

/** Longer conversations are shown from their end. */
const MOST_TURNS = 50;
/** The same call so often is a loop, as a rule. */
const LOOP = 3;

export const threadLink = (thread: string): string => `/traces/thread/?id=${encodeURIComponent(thread)}`;

/** A conversation from turn to turn, whoever answered: what was said new each time, and what came back. */
export function ThreadPage() {
  const t = useTranslations('thread');
  const [id] = useQueryState('id', parseAsString.withDefault(''));
  const page = useAdmin('GET /traces', id === '' ? null : { query: { thread: id, limit: MOST_TURNS } }, {
    refreshInterval: 5_000,
  });
  const { data: calls } = useAdmin(
    'GET /tool-calls',
    id === '' ? null : { query: { thread: id, limit: 500 } },
  );
  return (
    <div className="grid gap-4">
      <header>
        <Link className="text-sm text-quiet hover:text-ink" href="/traces/?tab=threads">
          ← {t('all')}
        </Link>
        <h1 className="text-lg font-semibold wrap-anywhere">{t('title', { id })}</h1>
      </header>
      <Loaded of={page} lines={10}>
        {({ traces, next }) => {
          if (traces.length === 0) return <Empty title={t('none')} />;
          const turns = traces.toReversed();
          return (
            <>
              <Totals turns={turns} calls={calls?.calls ?? []} />
              {loopsIn(calls?.calls ?? []).map((name) => (
                <Notice key={name} kind="warning">
                  {t('loop', { name })}
                </Notice>
              ))}
              {next !== undefined && <Notice kind="hint">{t('cut', { count: MOST_TURNS })}</Notice>}
              <ol className="grid gap-4">
                {turns.map((trace, at) => (
                  <li key={`${trace.id} ${trace.startedAt}`}>
                    <Turn trace={trace} number={at + 1} before={turns[at - 1]} />
                  </li>
                ))}
              </ol>
            </>
          );
        }}
      </Loaded>
    </div>
  );
}

function Totals({
  turns,
  calls,
}: {
  readonly turns: TracePage['traces'];
  readonly calls: readonly ToolCall[];
}) {
  const t = useTranslations('thread');
  const formats = useFormats();
  const sum = (read: (trace: TracePage['traces'][number]) => number | undefined): number =>
    turns.reduce((total, trace) => total + (read(trace) ?? 0), 0);
  const facts = [
    [t('turns'), formats.number(turns.length)],
    [t('failed'), formats.number(turns.filter(({ outcome }) => outcome === 'error').length)],
    [t('calls'), formats.number(calls.length)],
    [t('wrong'), formats.number(calls.filter(({ state }) => state !== 'ok').length)],
    [
      t('tokens'),
      `${formats.compact(sum((one) => one.inputTokens))} → ${formats.compact(sum((one) => one.outputTokens))}`,
    ],
    [t('cost'), formats.money(sum((one) => one.cost))],
  ] as const;
  return (
    <Panel>
      <dl className="flex flex-wrap gap-x-8 gap-y-2">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt className="text-xs text-quiet">{name}</dt>
            <dd className="tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}

/** The tools that were called with the very same arguments again and again. */
function loopsIn(calls: readonly ToolCall[]): readonly string[] {
  const counts = Map.groupBy(calls, (call) => `${call.name} ${call.arguments}`);
  const names = [...counts.values()].flatMap((same) =>
    same.length >= LOOP && same[0] ? [same[0].name] : [],
  );
  return [...new Set(names)];
}
