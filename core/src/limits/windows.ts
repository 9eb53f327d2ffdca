import type { Limits } from '@dragoman/plugin/internal/canonical/limits';
import type { Counter } from './coordinator.ts';

export type Unit = 'requests' | 'tokens' | 'running' | 'cost';

export interface LimitKind {
  readonly name: keyof Limits;
  /** What is counted; `running` is released when a request ends. */
  readonly unit: Unit;
  /** When the count resets. */
  readonly window: 'minute' | 'day' | 'month' | 'never';
  /** For messages, singular and plural: `1 request`, `100 requests`. */
  readonly nouns: readonly [string, string];
  /** What follows the noun: ` per minute`. */
  readonly per: string;
}

const REQUESTS = ['request', 'requests'] as const;
const TOKENS = ['token', 'tokens'] as const;
const DOLLARS = ['US dollar', 'US dollars'] as const;

const KINDS = {
  requestsPerMinute: { unit: 'requests', window: 'minute', nouns: REQUESTS, per: ' per minute' },
  concurrentRequests: { unit: 'running', window: 'never', nouns: REQUESTS, per: ' at the same time' },
  tokensPerMinute: { unit: 'tokens', window: 'minute', nouns: TOKENS, per: ' per minute' },
  tokensPerDay: { unit: 'tokens', window: 'day', nouns: TOKENS, per: ' per day' },
  costPerDay: { unit: 'cost', window: 'day', nouns: DOLLARS, per: ' per day' },
  costPerMonth: { unit: 'cost', window: 'month', nouns: DOLLARS, per: ' per month' },
  costTotal: { unit: 'cost', window: 'never', nouns: DOLLARS, per: '' },
} as const satisfies Record<keyof Limits, Omit<LimitKind, 'name'>>;

/** All kinds of limits, in the order in which they are checked and shown. */
export const LIMIT_KINDS: readonly LimitKind[] = Object.entries(KINDS).map(([name, kind]) => ({
  ...kind,
  name: name as keyof Limits,
}));

/** Whether any of the limits is on cost. */
export function limitsMoney(limits: Limits | undefined): boolean {
  if (!limits) return false;
  return LIMIT_KINDS.some(({ unit, name }) => unit === 'cost' && limits[name] !== undefined);
}

/** Whether any of the limits is on tokens or cost. */
export function limitsWork(limits: Limits): boolean {
  return LIMIT_KINDS.some(
    ({ unit, name }) => (unit === 'cost' || unit === 'tokens') && limits[name] !== undefined,
  );
}

/** The counter of a limit's current window. */
export function counterOf({ name, window, unit }: LimitKind, owner: string, now: number): Counter {
  const base = `${owner} ${name}`;
  if (unit === 'running') return { name: base, isOfNow: true };
  if (window === 'never') return { name: base };
  const until = endOf(window, now);
  return { name: `${base} ${until}`, until };
}

/** Whether a counter of that name counts what runs now. Earlier versions stored such counts on disk. */
export function isOfNow(counterName: string): boolean {
  return LIMIT_KINDS.some(({ unit, name }) => unit === 'running' && counterName.endsWith(` ${name}`));
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

function endOf(window: 'minute' | 'day' | 'month', now: number): number {
  if (window === 'minute') return (Math.floor(now / MINUTE_MS) + 1) * MINUTE_MS;
  if (window === 'day') return (Math.floor(now / DAY_MS) + 1) * DAY_MS;
  const date = new Date(now);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}
