import { useMemo } from 'react';
import useSWRInfinite from 'swr/infinite';
import { queryOf } from '../../lib/api.ts';
import type { AuditPage, AuditRow } from '../../lib/types.ts';

const PAGE_SIZE = 25;

export interface AuditFilters {
  readonly actor: string;
  readonly operation: string;
  readonly target: string;
}

export interface AuditList {
  readonly data: readonly AuditRow[] | undefined;
  readonly error: Error | undefined;
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  readonly loadMore: () => void;
  readonly mutate: () => void;
}

/** Entries of the audit log, the newest first, page by page. */
export function useAudit(filters: AuditFilters): AuditList {
  const { data, error, size, setSize, isValidating, mutate } = useSWRInfinite<AuditPage, Error>(
    (page, previous: AuditPage | null) => {
      if (page > 0 && previous?.next === undefined) return null;
      return `/audit${queryOf({ ...filters, limit: PAGE_SIZE, cursor: previous?.next })}`;
    },
    { revalidateFirstPage: false, keepPreviousData: true },
  );
  return {
    data: useMemo(() => data?.flatMap((page) => page.entries), [data]),
    error,
    hasMore: data?.at(-1)?.next !== undefined,
    isLoading: isValidating,
    loadMore: () => void setSize(size + 1),
    mutate: () => void mutate(),
  };
}
