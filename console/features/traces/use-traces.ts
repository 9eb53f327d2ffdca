import { useEffect, useMemo, useRef, useState } from 'react';
import useSWRInfinite from 'swr/infinite';
import { addressOf, queryOf } from '../../lib/api.ts';
import type { Trace, TracePage } from '../../lib/types.ts';

const PAGE_SIZE = 200;

export interface TraceFilters {
  readonly search: string;
  readonly outcome: string;
  readonly model: string;
  readonly upstream: string;
  readonly key: string;
  readonly tool: string;
  readonly thread: string;
  readonly requestId: string;
  readonly badCalls: boolean;
  readonly retried: boolean;
  readonly minMs: number | null;
  readonly sort: string;
}

export interface TraceList {
  readonly traces: readonly Trace[] | undefined;
  readonly error: Error | undefined;
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  readonly loadMore: () => void;
  readonly refresh: () => void;
}

/** Traces that filters find, page by page. */
export function useTraces({ badCalls, retried, minMs, sort, ...texts }: TraceFilters): TraceList {
  const filter = { ...texts, badCalls: badCalls || null, minAttempts: retried ? 2 : null, minMs, sort };
  const { data, error, size, setSize, isValidating, mutate } = useSWRInfinite<TracePage, Error>(
    (page, previous: TracePage | null) => {
      if (page > 0 && previous?.next === undefined) return null;
      return `/traces${queryOf({ ...filter, limit: PAGE_SIZE, cursor: previous?.next })}`;
    },
    { revalidateFirstPage: false, revalidateOnFocus: false },
  );
  const traces = useMemo(() => data?.flatMap((page) => page.traces), [data]);
  const hasMore = data?.at(-1)?.next !== undefined;
  return {
    traces,
    error,
    hasMore,
    isLoading: isValidating,
    loadMore: () => {
      if (hasMore && !isValidating) void setSize(size + 1);
    },
    refresh: () => {
      void setSize(1).then(() => mutate());
    },
  };
}

/** Counts the requests that began or ended since, each once. */
export function useTail(isOn: boolean): { readonly count: number; readonly reset: () => void } {
  const [count, setCount] = useState(0);
  /** Those that were counted while they ran: they are told once more when they end. */
  const running = useRef(new Set<string>());
  useEffect(() => {
    if (!isOn) return undefined;
    const source = new EventSource(addressOf('/traces/tail'));
    source.addEventListener('trace', (event: MessageEvent<string>) => {
      const { id, outcome } = JSON.parse(event.data) as Trace;
      const isKnown = running.current.delete(id);
      if (outcome === 'running') running.current.add(id);
      if (!isKnown) setCount((before) => before + 1);
    });
    source.addEventListener('missed', (event: MessageEvent<string>) => {
      const { missed } = JSON.parse(event.data) as { readonly missed: number };
      setCount((before) => before + missed);
    });
    return () => source.close();
  }, [isOn]);
  return {
    count,
    reset: () => setCount(0),
  };
}
