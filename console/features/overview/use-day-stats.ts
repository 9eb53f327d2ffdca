import type { StatsRow } from '../../lib/admin/types.ts';
import { useAdmin } from '../../lib/admin/use-admin.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** What happened within a day, by the name of a key or an upstream. */
export function useDayStats(by: 'key' | 'upstream'): (group: string) => StatsRow | undefined {
  // To the minute: another address every time would never find what was loaded before.
  const from = new Date(Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - DAY_MS).toISOString();
  const { data = [] } = useAdmin('GET /traces/stats', { query: { from, by } });
  return (group) => data.find((row) => row.group === group);
}
