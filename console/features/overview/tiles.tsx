'use client';

import Link from 'next/link';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { useFormats } from '../../lib/format.ts';
import type { StatsRow } from '../../lib/admin/types.ts';

/** What matters at a glance; a tile leads to the requests behind it. */
export function Tiles({ row }: { readonly row: StatsRow | undefined }) {
  const t = useTranslations('overview');
  const formats = useFormats();
  const { requests = 0, errors = 0, inputTokens = 0, outputTokens = 0, cost = 0, unpriced = 0 } = row ?? {};
  return (
    <ul className="grid grid-cols-2 gap-3 lg:grid-cols-3 2xl:grid-cols-6">
      <Tile name={t('requests')} value={formats.number(requests)} href="/traces/" />
      <Tile
        name={t('errors')}
        value={requests === 0 ? '–' : formats.percent(errors / requests)}
        note={t('count', { count: errors })}
        href="/traces/?outcome=error"
        isBad={errors > 0}
      />
      <Tile
        name={t('tokens')}
        value={formats.compact(inputTokens + outputTokens)}
        note={`${formats.compact(inputTokens)} → ${formats.compact(outputTokens)}`}
      />
      <Tile
        name={t('cost')}
        value={formats.spend({ cost, requests, unpriced })}
        note={unpriced > 0 ? t('unpriced', { count: unpriced }) : undefined}
        href="/traces/?sort=cost"
      />
      <Tile
        name={t('ttft')}
        value={formats.ms(row?.p50TtftMs)}
        note={`p95 ${formats.ms(row?.p95TtftMs)}`}
        href="/traces/?sort=ttftMs"
      />
      <Tile
        name={t('took')}
        value={formats.ms(row?.p50Ms)}
        note={`p95 ${formats.ms(row?.p95Ms)} · p99 ${formats.ms(row?.p99Ms)}`}
        href="/traces/?sort=ms"
      />
    </ul>
  );
}

interface TileProps {
  readonly name: string;
  readonly value: ReactNode;
  readonly note?: string | undefined;
  readonly href?: string;
  readonly isBad?: boolean;
}

function Tile({ name, value, note, href, isBad = false }: TileProps) {
  const content = (
    <>
      <span className="text-sm text-quiet">{name}</span>
      <span className={`text-2xl font-semibold tabular-nums ${isBad ? 'text-bad' : ''}`}>{value}</span>
      <span className="min-h-5 text-xs text-quiet">{note}</span>
    </>
  );
  const look = 'grid h-full rounded-lg border bg-surface p-4';
  return (
    <li>
      {href === undefined ? (
        <div className={look}>{content}</div>
      ) : (
        <Link href={href} className={`${look} hover:border-accent`}>
          {content}
        </Link>
      )}
    </li>
  );
}
