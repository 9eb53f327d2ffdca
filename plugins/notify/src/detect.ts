import type { TraceRecord } from '@dragoman/plugin';
import type { Event } from './events.ts';

export interface Rules {
  /** So many attempts in a row have to fail by an upstream's own fault before it counts as down. */
  readonly downAfter: number;
  readonly errorRate: {
    /** Between 0 and 1. */
    readonly share: number;
    readonly windowMs: number;
    /** Fewer requests than these tell nothing. */
    readonly leastRequests: number;
  };
}

/** Failures that tell of the upstream and not of what it was asked. */
const UPSTREAM_FAULTS: ReadonlySet<string> = new Set([
  'upstream-auth',
  'upstream-broken',
  'upstream-unreachable',
  'overloaded',
  'timeout',
  'billing',
]);

/** Finds events in what happens to requests. It keeps a few numbers for each upstream, and no request. */
export class Detector {
  readonly #rules: Rules;
  readonly #failures = new Map<string, number>();
  readonly #down = new Set<string>();
  #recent: { readonly at: number; readonly isError: boolean }[] = [];
  #isRateHigh = false;

  constructor(rules: Rules) {
    this.#rules = rules;
  }

  /** `now` in milliseconds since 1970. */
  push(trace: TraceRecord, now: number): readonly Event[] {
    return [
      ...trace.attempts.flatMap((attempt) => this.#pushAttempt(attempt)),
      ...(trace.errorCode === 'budget_exceeded' ? [budgetReached(trace)] : []),
      ...this.#pushOutcome(trace, now),
    ];
  }

  #pushAttempt({ upstream, error }: TraceRecord['attempts'][number]): readonly Event[] {
    // Neither says anything about the upstream.
    if (error?.kind === 'cancelled' || error?.kind === 'interrupted') return [];
    if (!error || !UPSTREAM_FAULTS.has(error.kind)) {
      this.#failures.delete(upstream);
      if (error || !this.#down.delete(upstream)) return [];
      return [
        { kind: 'upstream-recovered', subject: upstream, text: `The upstream ${upstream} answers again.` },
      ];
    }
    const count = (this.#failures.get(upstream) ?? 0) + 1;
    this.#failures.set(upstream, count);
    if (count < this.#rules.downAfter || this.#down.has(upstream)) return [];
    this.#down.add(upstream);
    const text = `The upstream ${upstream} failed ${count} times in a row. The last time: ${error.kind}: ${error.message}`;
    return [{ kind: 'upstream-down', subject: upstream, text }];
  }

  #pushOutcome({ outcome }: TraceRecord, now: number): readonly Event[] {
    const { share, windowMs, leastRequests } = this.#rules.errorRate;
    this.#recent.push({ at: now, isError: outcome === 'error' });
    const from = now - windowMs;
    const first = this.#recent.findIndex(({ at }) => at > from);
    if (first > 0) this.#recent = this.#recent.slice(first);
    const errors = this.#recent.filter(({ isError }) => isError).length;
    const isHigh = this.#recent.length >= leastRequests && errors / this.#recent.length >= share;
    if (isHigh === this.#isRateHigh) return [];
    this.#isRateHigh = isHigh;
    if (!isHigh) return [];
    const text = `${errors} of the last ${this.#recent.length} requests failed (within ${Math.round(windowMs / 1000)} s).`;
    return [{ kind: 'error-rate', subject: 'gateway', text }];
  }
}

function budgetReached({ keyName = 'unknown', model = '' }: TraceRecord): Event {
  const text = `A budget is used up: a request of the key ${keyName} for ${model} was refused.`;
  return { kind: 'budget-reached', subject: keyName, text };
}
