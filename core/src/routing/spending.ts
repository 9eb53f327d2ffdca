import { NONE, sum, toAmount, toMicros } from '../limits/amount.ts';
import type { Spent } from '../limits/limiter.ts';
import type { Prices } from '../limits/prices.ts';
import type { RequestRecord } from './request-record.ts';
import type { Meter } from '../metering/meter.ts';

/**
 * The usage of a request's calls in total; `undefined` if none of them began to answer. It never throws: a reply that
 * cannot be counted is charged what was reserved.
 */
export function spentBy(
  meters: readonly Meter[],
  record: Pick<RequestRecord, 'estimate' | 'served'>,
  prices: Prices,
): Spent | undefined {
  // A request without an estimate involves no model work.
  if (!record.estimate) return undefined;
  let spent: Spent | undefined;
  for (const meter of meters) {
    const before = spent ?? { tokens: NONE, cost: NONE, isLeast: false };
    try {
      const usage = meter.usage(() => inputOf(record));
      if (!usage) continue;
      spent = {
        tokens: sum(before.tokens, toAmount(usage.input), toAmount(usage.output)),
        cost: sum(before.cost, toMicros(prices.costOf(usage, meter.priced) ?? 0)),
        isLeast: before.isLeast || (meter === record.served && !meter.isWhole),
      };
    } catch {
      // A failure to count must not keep the permit open.
      spent = { ...before, isLeast: true };
    }
  }
  return spent;
}

/** Records the estimated usage of a reply if the upstream did not report it, or its end was not seen. */
export function noteUsage(record: RequestRecord): void {
  const { served } = record;
  if (!served || served.isReported) return;
  const usage = served.usage(() => inputOf(record));
  if (usage && usage.input + usage.output > 0) record.usage = usage;
}

/** The estimated input. A request that only its upstream understands has none. */
export function inputOf({ estimate }: Pick<RequestRecord, 'estimate'>): number {
  try {
    return estimate?.().input ?? 0;
  } catch {
    return 0;
  }
}
