import { useEffect, useMemo, useRef, useState } from 'react';
import { urlOf } from '../../lib/admin/address.ts';
import type { Trace, TracePage } from '../../lib/admin/types.ts';
import { type Pages, usePages } from '../../lib/admin/use-pages.ts';

const PAGE_SIZE = 200;

export const OUTCOMES = ['ok', 'error', 'aborted', 'running', 'interrupted', 'refused'] as const;
export const SORTS = ['startedAt', 'ms', 'ttftMs', 'cost', 'outputTokens'] as const;

export interface TraceFilters {
  readonly search: string;
  readonly outcome: (typeof OUTCOMES)[number] | '';
  readonly model: string;
  readonly upstream: string;
  readonly key: string;
  readonly tool: string;
  readonly thread: string;
  readonly requestId: string;
  readonly badCalls: boolean;
  readonly retried: boolean;
  readonly minMs: number | null;
  readonly sort: (typeof SORTS)[number];
}

export interface TraceList extends Pages<TracePage> {
  readonly traces: readonly Trace[] | undefined;
}

/** The filters as the admin API takes them. */
export function traceQuery({ badCalls, retried, ...filters }: TraceFilters) {
  return { ...filters, badCalls: badCalls ? 'true' : null, minAttempts: retried ? 2 : null } as const;
}

/** Traces that filters find, page by page. */
export function useTraces(filters: TraceFilters): TraceList {
  const query = { ...traceQuery(filters), limit: PAGE_SIZE };
  const list = usePages('GET /traces', query, { revalidateOnFocus: false });
  const { pages } = list;
  return { ...list, traces: useMemo(() => pages?.flatMap((page) => page.traces), [pages]) };
}

/** Counts the requests that began or ended since, each once. */
export function useTail(isOn: boolean): { readonly count: number; readonly reset: () => void } {
  const [count, setCount] = useState(0);
  /** Those that were counted while they ran: they are told once more when they end. */
  const running = useRef(new Set<string>());
  useEffect(() => {
    if (!isOn) return undefined;
    const source = new EventSource(urlOf('GET /traces/tail'));
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
