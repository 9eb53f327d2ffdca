import { defined, GatewayError, type LimitStatus } from '@dragoman/plugin';
import type { Limits } from '@dragoman/plugin/internal/canonical/limits';
import { type Amount, greater, NONE, toAmount, toMicros } from '../limits/amount.ts';
import type { Demand, Limiter, Permit, Spent, Subject } from '../limits/limiter.ts';
import type { UpstreamModel } from '../catalogue/candidate.ts';
import type { Prices } from '../limits/prices.ts';
import { limitsWork } from '../limits/windows.ts';

import type { Exchange } from './exchange.ts';
import type { RequestRecord } from './request-record.ts';
import { spentBy } from './spending.ts';

export interface AdmissionDeps {
  readonly limiter: Limiter;
  readonly prices: Prices;
  readonly clock: { readonly now: () => number };
}

export interface Admission {
  readonly exchange: Exchange;
  /** The expected usage. */
  readonly demand: () => Demand;
  /** The candidates. */
  readonly candidates: readonly UpstreamModel[];
  /** The final usage of the subject's upstreams. Default: of all upstreams that were called. */
  readonly spent?: () => Spent | undefined;
}

/**
 * Counts a request towards an owner's limits, or throws `rate-limit`. When the reply is over, what upstreams delivered
 * replaces the estimate, whether or not the client received it.
 */
export async function admit(
  subject: Subject,
  { exchange, demand, candidates, spent }: Admission,
  deps: AdmissionDeps,
): Promise<Permit> {
  const { record } = exchange;
  refuseUncounted(subject, { record, candidates }, deps);
  const permit = await deps.limiter.admit([subject], demand).catch(async (error: unknown) => {
    // Beyond an upstream's limit, another one is tried.
    if (subject.kind !== 'upstream') record.limits = await headroomOf(subject, deps);
    throw error;
  });
  record.isLimited = true;
  if (permit.requests || permit.tokens) {
    record.limits = tighter(record.limits, permit, deps.clock.now());
  }
  exchange.onEnd(() => permit.end(spent ? spent() : spentBy(record.meters, record, deps.prices)));
  return permit;
}

/** What is left, for a client that is refused. */
async function headroomOf(
  subject: Subject,
  { limiter, clock }: AdmissionDeps,
): Promise<NonNullable<RequestRecord['limits']>> {
  const now = clock.now();
  const uses = await limiter.uses(subject);
  const status = (name: keyof Limits): LimitStatus | undefined => {
    const use = uses.find((one) => one.name === name);
    if (!use) return undefined;
    const { limit, used, resetsAt = now } = use;
    return { limit, remaining: Math.max(limit - used, 0), resetMs: resetsAt - now };
  };
  return { ...defined({ requests: status('requestsPerMinute'), tokens: status('tokensPerMinute') }), now };
}

interface Uncounted extends Pick<Admission, 'candidates'> {
  readonly record: Pick<RequestRecord, 'uncounted'>;
}

/** Work that continues after the reply could exceed any limit, unless each request has a price. */
function refuseUncounted(
  { limits }: Subject,
  { record: { uncounted }, candidates }: Uncounted,
  { prices }: AdmissionDeps,
): void {
  if (!uncounted || !limitsWork(limits)) return;
  const isPriced = candidates.every((one) => prices.isPricedByRequest(one));
  if (uncounted.isPriceable && isPriced) return;
  throw new GatewayError(
    'permission',
    `${uncounted.what} starts work that continues after the reply, which the gateway cannot count, and a limit on tokens or cost applies.`,
    { code: 'work_not_counted' },
  );
}

const NOTHING: Demand = { input: NONE, output: NONE, cost: NONE, mostCost: NONE };

/** The assumed length of an answer that neither the client nor the model limits, in tokens. */
const LONG_ANSWER = 32_768;

/** The maximum expected usage of a request, over all candidates. */
export function demandOf(
  { estimate }: Pick<RequestRecord, 'estimate'>,
  candidates: readonly UpstreamModel[],
  prices: Prices,
): Demand {
  // Without an estimate, no model does any work.
  if (!estimate) return NOTHING;
  const estimated = estimate();
  const input = toAmount(estimated.input);
  const demands = candidates.map((candidate): Demand => {
    const { maxOutput } = candidate.upstream.capabilitiesOf(candidate.model);
    const outputOf = (tokens: number): Amount =>
      toAmount(Math.min(tokens, maxOutput ?? Infinity) * estimated.choices);
    const costOf = (output: Amount): Amount => toMicros(prices.costOf({ input, output }, candidate) ?? 0);
    const output = outputOf(estimated.output);
    const cost = costOf(output);
    const mostCost = estimated.isOpen ? costOf(outputOf(maxOutput ?? LONG_ANSWER)) : cost;
    return { input, output, cost, mostCost };
  });
  const most = (pick: (demand: Demand) => Amount): Amount =>
    demands.reduce((amount, demand) => greater(amount, pick(demand)), NONE);
  return {
    input,
    output: most(({ output }) => output),
    cost: most(({ cost }) => cost),
    mostCost: most(({ mostCost }) => mostCost),
  };
}

/** A request that counts towards a cost limit needs a price. The first candidate names the missing entry. */
export function unpriced(model: string, [candidate]: readonly UpstreamModel[]): GatewayError {
  const name =
    candidate && !model.startsWith('/') ? `${candidate.upstream.config.id}/${candidate.model}` : model;
  const message =
    `The price of ${JSON.stringify(model)} is unknown, and a cost limit applies. The operator of the gateway ` +
    `can set one with \`prices: { ${JSON.stringify(name)}: { input, output } }\` (0 if it costs nothing), ` +
    'or one for all unknown models with `prices.unknown`.';
  return new GatewayError('permission', message, { field: 'model', code: 'price_unknown' });
}

/** Of several limits, clients see the one that they reach first. */
function tighter(
  before: Exchange['record']['limits'],
  { requests, tokens }: Permit,
  now: number,
): NonNullable<Exchange['record']['limits']> {
  const least = <Status extends { readonly remaining: number }>(
    ...all: readonly (Status | undefined)[]
  ): Status | undefined =>
    all.filter((status) => status !== undefined).toSorted((a, b) => a.remaining - b.remaining)[0];
  const [fewest, smallest] = [least(before?.requests, requests), least(before?.tokens, tokens)];
  return { ...(fewest && { requests: fewest }), ...(smallest && { tokens: smallest }), now };
}
