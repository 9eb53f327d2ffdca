import type { Usage } from '../canonical/chat.ts';
import { NONE, toAmount, toMicros } from '../limits/amount.ts';
import type { Demand, Limiter, Permit, Spent, Subject } from '../limits/limiter.ts';
import type { Prices } from '../limits/prices.ts';
import type { Candidate } from './candidate.ts';
import type { Exchange } from './exchange.ts';

export interface AdmissionDeps {
  readonly limiter: Limiter;
  readonly prices: Prices;
  readonly clock: { readonly now: () => number };
}

export interface Admission {
  readonly exchange: Exchange;
  /** What the request is about to take. */
  readonly demand: () => Demand;
}

/**
 * Counts a request toward somebody's limits, or throws `rate-limit`. When the reply is over, what it really took
 * takes the place of the estimate; a request that failed took nothing.
 */
export async function admit(
  subject: Subject,
  { exchange, demand }: Admission,
  deps: AdmissionDeps,
): Promise<Permit> {
  const { notes } = exchange;
  const permit = await deps.limiter.admit([subject], demand);
  if (permit.requests || permit.tokens) {
    notes.limits = tighter(notes.limits, permit, deps.clock.now());
  }
  exchange.onEnd(() => permit.end(takenOf(exchange, demand, deps)));
  return permit;
}

const NOTHING: Demand = { input: NONE, output: NONE, cost: NONE };

/** What a request is about to take, by an estimate of its tokens. */
export function demandOf(
  { estimate }: { readonly estimate?: () => Usage },
  candidate: Candidate | undefined,
  prices: Prices,
): Demand {
  const usage = estimate?.();
  if (!usage) return NOTHING;
  const cost = (candidate && prices.costOf(usage, candidate)) ?? 0;
  return { input: toAmount(usage.input), output: toAmount(usage.output), cost: toMicros(cost) };
}

function takenOf(
  { notes: { served, usage } }: Exchange,
  demand: () => Demand,
  { prices }: AdmissionDeps,
): Spent | undefined {
  if (!served) return undefined;
  if (!usage) {
    // A reply that was cut may not say what it took.
    const { input, cost } = demand();
    return { tokens: input, cost, isLeast: true };
  }
  const tokens = toAmount(usage.input + usage.output);
  return { tokens, cost: toMicros(prices.costOf(usage, served) ?? 0), isLeast: false };
}

/** Of several limits, clients are told about the one that they reach first. */
function tighter(
  before: Exchange['notes']['limits'],
  { requests, tokens }: Permit,
  now: number,
): NonNullable<Exchange['notes']['limits']> {
  const least = <Status extends { readonly remaining: number }>(
    ...all: readonly (Status | undefined)[]
  ): Status | undefined =>
    all.filter((status) => status !== undefined).toSorted((a, b) => a.remaining - b.remaining)[0];
  const [fewest, smallest] = [least(before?.requests, requests), least(before?.tokens, tokens)];
  return { ...(fewest && { requests: fewest }), ...(smallest && { tokens: smallest }), now };
}
