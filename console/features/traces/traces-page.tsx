'use client';

import {
  parseAsBoolean,
  parseAsInteger,
  parseAsString,
  parseAsStringLiteral,
  useQueryState,
  useQueryStates,
} from 'nuqs';
import { useCallback } from 'react';
import { useTranslations } from 'use-intl';
import { Button } from '../../components/ui/button.tsx';
import { CodeBlock } from '../../components/text/code-block.tsx';
import { Empty } from '../../components/ui/empty.tsx';
import { Loaded } from '../../components/ui/loaded.tsx';
import { Tabs } from '../../components/ui/tabs.tsx';
import { useCurlExample } from '../../lib/use-protocols.ts';
import { useStored } from '../../lib/use-stored.ts';
import { CallTable } from './call-table.tsx';
import { DownloadButton } from './download-button.tsx';
import { ThreadTable } from './thread-table.tsx';
import { isNarrow, TraceFilterBar } from './trace-filters.tsx';
import { TraceTable } from './trace-table.tsx';
import { OUTCOMES, traceQuery, SORTS, useTail, useTraces } from './use-traces.ts';

const text = parseAsString.withDefault('');

const FILTERS = {
  ...{ search: text, model: text, upstream: text, key: text, tool: text, thread: text, requestId: text },
  outcome: parseAsStringLiteral(['', ...OUTCOMES]).withDefault(''),
  badCalls: parseAsBoolean.withDefault(false),
  retried: parseAsBoolean.withDefault(false),
  minMs: parseAsInteger,
  sort: parseAsStringLiteral(SORTS).withDefault('startedAt'),
};

export function TracesPage() {
  const t = useTranslations('traces');
  const [tab, setTab] = useQueryState('tab', parseAsString.withDefault('requests'));
  return (
    <>
      <h1 className="mb-3 text-2xl font-semibold">{t('title')}</h1>
      <Tabs
        label={t('title')}
        value={tab}
        onChange={(value) => void setTab(value)}
        tabs={[
          { value: 'requests', label: t('requests'), content: <Requests /> },
          { value: 'threads', label: t('threads'), content: <ThreadTable /> },
          { value: 'calls', label: t('calls'), content: <CallTable /> },
        ]}
      />
    </>
  );
}

function Requests() {
  const t = useTranslations('traces');
  const [filters, setFilters] = useQueryStates(FILTERS);
  const list = useTraces(filters);
  const [isLive, setLive] = useStored('dragoman-live', true);
  const { count, reset } = useTail(isLive);
  const { loadMore } = list;
  const onEnd = useCallback(() => loadMore(), [loadMore]);
  const isFiltered = filters.search !== '' || isNarrow(filters);
  const { sort: _, ...exported } = traceQuery(filters);
  return (
    <>
      <TraceFilterBar filters={filters} onChange={(change) => void setFilters(change)} />
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <Button kind="quiet" isSmall aria-pressed={isLive} onClick={() => setLive(!isLive)}>
          <span aria-hidden className={isLive ? 'text-good' : 'text-quiet'}>
            ●
          </span>
          {t('live')}
        </Button>
        {isFiltered && (
          <Button kind="quiet" isSmall onClick={() => void setFilters(null)}>
            {t('clear')}
          </Button>
        )}
        {/* Rows never move under a hand: new ones come when they are asked for. */}
        <span aria-live="polite">
          {count > 0 && (
            <Button
              isSmall
              onClick={() => {
                reset();
                list.refresh();
              }}
            >
              {t('newOnes', { count })}
            </Button>
          )}
        </span>
        <span className="flex-1" />
        <DownloadButton query={exported}>{t('exportLines')}</DownloadButton>
        <DownloadButton query={{ ...exported, format: 'har' }}>HAR</DownloadButton>
      </div>
      <Loaded of={{ data: list.traces, error: list.error, mutate: list.refresh }} lines={10}>
        {(traces) => {
          if (traces.length > 0) return <TraceTable traces={traces} onEnd={onEnd} />;
          if (!isFiltered) return <NoneYet />;
          return (
            <Empty title={t('noneFound')}>
              <Button kind="quiet" onClick={() => void setFilters(null)}>
                {t('clear')}
              </Button>
            </Empty>
          );
        }}
      </Loaded>
    </>
  );
}

function NoneYet() {
  const t = useTranslations('traces');
  const example = useCurlExample();
  return (
    <Empty title={t('noneYet')}>
      <p>{t('noneYetHint')}</p>
      <div className="w-full text-left">
        <CodeBlock label="curl" text={example} />
      </div>
    </Empty>
  );
}
