'use client';

import Link from 'next/link';
import type { ReactNode } from 'react';
import { useTranslations } from 'use-intl';
import { Panel } from '../../../components/ui/panel.tsx';
import { useFormats } from '../../../lib/format.ts';
import type { Trace } from '../../../lib/admin/types.ts';
import { OutcomeBadge } from '../outcome-badge.tsx';
import { threadLink } from '../thread/thread-page.tsx';
import { linkTo } from '../trace-table.tsx';

const LINK = 'text-accent underline-offset-2 hover:underline';

export function Summary({ trace }: { readonly trace: Trace }) {
  const t = useTranslations('trace');
  const formats = useFormats();
  const {
    thread,
    parent,
    replayOf,
    cost,
    inputTokens,
    outputTokens = 0,
    cachedTokens,
    reasoningTokens,
    isEstimated,
    tokensPerSecond: speed,
  } = trace;
  const facts: readonly (readonly [string, ReactNode])[] = [
    [t('outcome'), <OutcomeBadge key="outcome" trace={trace} />],
    [t('asked'), trace.model],
    [t('served'), trace.upstream && `${trace.upstream}/${trace.upstreamModel ?? ''}`],
    [t('attempts'), trace.attempts.length > 1 ? formats.number(trace.attempts.length) : undefined],
    [t('time'), formats.dateTime(trace.startedAt)],
    [t('ttft'), trace.ttftMs === undefined ? undefined : formats.ms(trace.ttftMs)],
    [t('took'), formats.ms(trace.ms)],
    [t('overhead'), trace.overheadMs === undefined ? undefined : formats.ms(trace.overheadMs)],
    [
      t('tokens'),
      inputTokens === undefined
        ? undefined
        : [
            `${formats.number(inputTokens)} → ${formats.number(outputTokens)}`,
            ...(cachedTokens ? [t('cached', { count: formats.number(cachedTokens) })] : []),
            ...(reasoningTokens ? [t('reasoning', { count: formats.number(reasoningTokens) })] : []),
            ...(isEstimated ? [t('estimated')] : []),
          ].join(', '),
    ],
    [
      t('speed'),
      speed === undefined ? undefined : t('perSecond', { count: formats.number(Math.round(speed)) }),
    ],
    [t('cost'), cost === undefined ? undefined : formats.money(cost)],
    [t('finish'), trace.finish],
    [t('key'), trace.keyName],
    [t('request'), `${trace.method} ${trace.path}`],
    [t('requestId'), trace.id],
    [t('clientRequestId'), trace.clientRequestId],
    [t('client'), `${trace.ip} ${trace.userAgent}`],
    [
      t('thread'),
      thread && (
        <Link key="thread" className={LINK} href={threadLink(thread)}>
          {thread}
        </Link>
      ),
    ],
    [
      t('parent'),
      parent && (
        <Link key="parent" className={LINK} href={linkTo(parent)}>
          {parent}
        </Link>
      ),
    ],
    [
      t('replayOf'),
      replayOf && (
        <Link key="replay" className={LINK} href={linkTo(replayOf)}>
          {replayOf}
        </Link>
      ),
    ],
  ];
  return (
    <Panel>
      <dl className="grid grid-cols-2 gap-x-6 gap-y-3 sm:grid-cols-3 lg:grid-cols-5">
        {facts.map(([name, value]) =>
          value === undefined || value === '' ? null : (
            <div key={name} className="min-w-0">
              <dt className="text-xs text-quiet">{name}</dt>
              <dd className="wrap-anywhere">{value}</dd>
            </div>
          ),
        )}
      </dl>
    </Panel>
  );
}
