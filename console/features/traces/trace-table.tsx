'use client';

import { useWindowVirtualizer } from '@tanstack/react-virtual';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useEffect, useRef } from 'react';
import { useTranslations } from 'use-intl';
import { Badge } from '../../components/ui/badge.tsx';
import { useFormats } from '../../lib/format.ts';
import type { Trace } from '../../lib/admin/types.ts';
import { useShortcuts } from '../../lib/use-shortcuts.ts';
import { AttemptMarks, OutcomeBadge } from './outcome-badge.tsx';

const ROW_HEIGHT = 45;
const WIDE = 'hidden lg:table-cell';

interface TraceTableProps {
  readonly traces: readonly Trace[];
  readonly onEnd: () => void;
}

export const linkTo = (id: string): string => `/traces/view/?id=${encodeURIComponent(id)}`;

/** Only the rows in sight are there, however many there are. J and K go down and up, Enter opens. */
export function TraceTable({ traces, onEnd }: TraceTableProps) {
  const t = useTranslations('traces');
  const body = useRef<HTMLTableSectionElement>(null);
  const rows = useWindowVirtualizer({
    count: traces.length,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    scrollMargin: body.current?.offsetTop ?? 0,
  });
  const items = rows.getVirtualItems();
  const [first] = items;
  const last = items.at(-1);
  useEffect(() => {
    if (last && last.index >= traces.length - 20) onEnd();
  }, [last, traces.length, onEnd]);

  const move = (step: number): void => {
    const links = [...(body.current?.querySelectorAll<HTMLAnchorElement>('a[data-row]') ?? [])];
    const at = links.indexOf(document.activeElement as HTMLAnchorElement);
    links[Math.max(0, at + step)]?.focus();
  };
  useShortcuts({ j: () => move(1), k: () => move(-1) });

  const before = first ? first.start - rows.options.scrollMargin : 0;
  const after = last ? rows.getTotalSize() - (last.end - rows.options.scrollMargin) : 0;
  return (
    <div className="rounded-lg border bg-surface">
      <table className="w-full table-fixed text-left text-sm" aria-rowcount={traces.length}>
        <thead className="sticky top-14 z-10 bg-surface text-quiet">
          <tr className="border-b [&>th]:truncate [&>th]:px-2 sm:[&>th]:px-3 [&>th]:py-2 [&>th]:font-medium">
            <th scope="col" className="w-20 sm:w-24">
              {t('time')}
            </th>
            <th scope="col">{t('model')}</th>
            <th scope="col" className="w-28 sm:w-52">
              {t('outcome')}
            </th>
            <th scope="col" className={`w-48 ${WIDE}`}>
              {t('tools')}
            </th>
            <th scope="col" className={`w-36 text-right ${WIDE}`}>
              {t('tokens')}
            </th>
            <th scope="col" className={`w-28 text-right ${WIDE}`}>
              {t('ttft')}
            </th>
            <th scope="col" className="w-20 text-right sm:w-24">
              {t('took')}
            </th>
            <th scope="col" className={`w-24 text-right ${WIDE}`}>
              {t('cost')}
            </th>
          </tr>
        </thead>
        <tbody ref={body}>
          {before > 0 && <tr aria-hidden style={{ height: before }} />}
          {items.map(({ index }) => {
            const trace = traces[index];
            return trace && <Row key={`${trace.id} ${trace.startedAt}`} trace={trace} index={index} />;
          })}
          {after > 0 && <tr aria-hidden style={{ height: after }} />}
        </tbody>
      </table>
    </div>
  );
}

function Row({ trace, index }: { readonly trace: Trace; readonly index: number }) {
  const formats = useFormats();
  const router = useRouter();
  const { model = '–', upstream, upstreamModel, tools = [], badCalls = 0, cost } = trace;
  const served =
    upstream === undefined ? '' : `${upstream}${upstreamModel === model ? '' : `/${upstreamModel ?? ''}`}`;
  return (
    <tr
      aria-rowindex={index + 1}
      className="h-[45px] cursor-pointer border-b last:border-b-0 hover:bg-sunken [&>td]:truncate [&>td]:px-2 sm:[&>td]:px-3"
      onClick={() => router.push(linkTo(trace.id))}
    >
      <td className="text-quiet tabular-nums" title={formats.dateTime(trace.startedAt)}>
        {formats.time(trace.startedAt)}
      </td>
      <td>
        <Link
          data-row
          href={linkTo(trace.id)}
          prefetch={false}
          className="font-medium"
          onClick={(event) => event.stopPropagation()}
        >
          {model}
        </Link>
        <span className="text-quiet"> → {served}</span>
      </td>
      <td>
        <OutcomeBadge trace={trace} /> <AttemptMarks attempts={trace.attempts} />
      </td>
      <td className={WIDE}>
        {tools.join(', ')} {badCalls > 0 && <BadCalls count={badCalls} />}
      </td>
      <td className={`text-right tabular-nums ${WIDE}`}>
        {trace.inputTokens === undefined
          ? ''
          : `${formats.compact(trace.inputTokens)} → ${formats.compact(trace.outputTokens ?? 0)}`}
      </td>
      <td className={`text-right tabular-nums ${WIDE}`}>{formats.ms(trace.ttftMs)}</td>
      <td className="text-right tabular-nums">{formats.ms(trace.ms)}</td>
      <td className={`text-right tabular-nums ${WIDE}`}>{cost === undefined ? '' : formats.money(cost)}</td>
    </tr>
  );
}

function BadCalls({ count }: { readonly count: number }) {
  const t = useTranslations('traces');
  return <Badge tone="bad">{t('badCount', { count })}</Badge>;
}
