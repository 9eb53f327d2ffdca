import { useMemo } from 'react';
import type { AuditPage, AuditRow } from '../../lib/admin/types.ts';
import { type Pages, usePages } from '../../lib/admin/use-pages.ts';

const PAGE_SIZE = 25;

export interface AuditFilters {
  readonly actor: string;
  readonly operation: string;
  readonly target: string;
}

export interface AuditList extends Pages<AuditPage> {
  readonly rows: readonly AuditRow[] | undefined;
}

/** Entries of the audit log, the newest first, page by page. */
export function useAudit(filters: AuditFilters): AuditList {
  const list = usePages('GET /audit', { ...filters, limit: PAGE_SIZE }, { keepPreviousData: true });
  const { pages } = list;
  return { ...list, rows: useMemo(() => pages?.flatMap((page) => page.entries), [pages]) };
}
