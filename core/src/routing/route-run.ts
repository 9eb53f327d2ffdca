import { GatewayError, type Usage } from '@dragoman/plugin';
import type { Demand } from '../limits/limiter.ts';
import type { AttemptReason } from '@dragoman/plugin/internal/canonical/trace-record';
import { limitsMoney } from '../limits/windows.ts';
import { admit, demandOf, unpriced } from './admission.ts';
import { summarize, makeAttempt, unavailable } from './attempts.ts';
import type { Candidate } from '../catalogue/candidate.ts';
import type { Exchange } from './exchange.ts';
import { orderBy } from './policies.ts';
import { Race } from './race.ts';
import type { RetryBudget } from './retry-budget.ts';
import type { Route } from '../catalogue/route.ts';
import type { Routed, RouterDeps } from './routed.ts';
import { ruleOf } from '../upstreams/failure-rules.ts';

/** The price for comparing candidates: three prompt tokens for each answer token. */
const TYPICAL_USAGE: Usage = { input: 750_000, output: 250_000 };

interface AttemptInput {
  readonly exchange: Exchange;
  readonly reason: AttemptReason;
}

interface Answer<Result> {
  readonly result: Result;
}

/** One request on one route. */
export class RouteRun<Result> {
  readonly #route: Route;
  readonly #routed: Routed<Result>;
  readonly #deps: RouterDeps & { readonly budget: RetryBudget };
  readonly #candidates: readonly Candidate[];
  readonly #deadline: number;
  readonly #failures: GatewayError[] = [];
  /** Candidates that would fail again. */
  readonly #spent = new Set<Candidate>();

  constructor(route: Route, routed: Routed<Result>, deps: RouterDeps & { readonly budget: RetryBudget }) {
    this.#route = route;
    this.#routed = routed;
    this.#deps = deps;
    const candidates = routed.select ? routed.select(route.candidates) : route.candidates;
    this.#candidates = this.#payable(candidatesFor(candidates, routed, deps));
    if (this.#candidates.length === 0) throw unpriced(routed.model, candidates);
    const { totalMs } = route.timeouts;
    this.#deadline = totalMs === undefined ? Infinity : deps.clock.now() + totalMs;
  }

  async run(): Promise<Result> {
    const { clock } = this.#deps;
    if (this.#route.limits) await this.#admit();
    for (let round = 0; ; round += 1) {
      const before = this.#failures.length;
      const ordered = this.#inOrder();
      const raced = round === 0 ? this.#racers(ordered) : undefined;
      if (raced) {
        const answer = await this.#race(raced);
        if (answer) return answer.result;
      }
      for (const candidate of ordered) {
        // While another candidate was tried, this one may have been found down.
        if (raced?.includes(candidate) || !this.#mayAttempt(candidate, clock.now())) continue;
        const reason = round > 0 ? 'repeat' : candidate === ordered[0] ? 'first' : 'next';
        const answer = await this.#attempt(candidate, { exchange: this.#routed.exchange, reason });
        if (answer) return answer.result;
        if (this.#routed.isOnce || clock.now() >= this.#deadline) throw this.#failure();
      }
      const wait = this.#waitAfter(round, this.#failures.length > before);
      if (wait === undefined) throw this.#failure();
      await clock.sleep(wait, this.#routed.exchange.signal);
    }
  }

  /** Counts the request towards the limits of the alias. */
  async #admit(): Promise<void> {
    const { limits } = this.#route;
    if (!limits) return;
    const demand = (): Demand => demandOf(this.#routed.exchange.record, this.#candidates, this.#deps.prices);
    const { exchange } = this.#routed;
    const admission = { exchange, demand, candidates: this.#candidates };
    await admit({ kind: 'model', ...limits }, admission, this.#deps);
  }

  /** Candidates with a known price, if a cost limit applies. */
  #payable(candidates: readonly Candidate[]): readonly Candidate[] {
    const { exchange } = this.#routed;
    if (!exchange.record.estimate) return candidates;
    const isBudgeted = limitsMoney(this.#route.limits?.limits) || limitsMoney(exchange.key?.limits);
    const isLimited = ({ upstream }: Candidate): boolean => upstream.config.limits !== undefined;
    if (!isBudgeted && !candidates.some(isLimited)) return candidates;
    return candidates.filter(
      (one) => !(isBudgeted || limitsMoney(one.upstream.config.limits)) || this.#deps.prices.isPayable(one),
    );
  }

  #inOrder(): readonly Candidate[] {
    const [only] = this.#candidates;
    if (only && this.#candidates.length === 1) return this.#spent.has(only) ? [] : this.#candidates;
    const { clock, gates, random, prices } = this.#deps;
    const priceOf = (candidate: Candidate): number | undefined => prices.costOf(TYPICAL_USAGE, candidate);
    const now = clock.now();
    const isUsable = (candidate: Candidate): boolean =>
      !this.#spent.has(candidate) && this.#mayAttempt(candidate, now);
    // Usually all pass, and a copy of a long list would cost every request.
    const usable = this.#candidates.every(isUsable) ? this.#candidates : this.#candidates.filter(isUsable);
    if (usable.length < 2) return usable;
    const turn = this.#route.turns.next++;
    const affinity = this.#routed.affinity ?? (() => undefined);
    const ordered = orderBy(this.#route.policy, usable, { now, random, turn, affinity, priceOf });
    const isFree = ({ upstream, health }: Candidate): boolean =>
      !gates.of(upstream).isFull && health.exhaustedUntil <= now;
    const [first] = ordered;
    // The others are only considered if the first has to wait.
    return first && isFree(first)
      ? ordered
      : [...ordered.filter(isFree), ...ordered.filter((candidate) => !isFree(candidate))];
  }

  /** A sole candidate is tried even if it is cooling down: sparing it gains nothing. */
  #mayAttempt({ health }: Candidate, now: number): boolean {
    return this.#candidates.length === 1 || health.isUsable(now);
  }

  async #attempt(
    candidate: Candidate,
    { exchange, reason }: AttemptInput,
  ): Promise<Answer<Result> | undefined> {
    const { attempt, model: name } = this.#routed;
    const left = this.#deadline - this.#deps.clock.now();
    const { firstTokenMs } = this.#route.timeouts;
    const totalMs = Number.isFinite(left) ? left : undefined;
    try {
      const demand = (): Demand => demandOf(exchange.record, [candidate], this.#deps.prices);
      const input = { exchange, attempt, firstTokenMs, totalMs, demand, reason, name };
      return { result: await makeAttempt(candidate, input, this.#deps) };
    } catch (error) {
      const failure = GatewayError.from(error);
      const rule = ruleOf(failure.kind);
      if (!rule.failsOver || exchange.signal.aborted) throw failure;
      if (!rule.repeats) this.#spent.add(candidate);
      this.#failures.push(failure);
      return undefined;
    }
  }

  /** The two candidates for hedging, if the model enables it. */
  #racers(ordered: readonly Candidate[]): readonly [Candidate, Candidate] | undefined {
    const [first, second] = ordered;
    if (!this.#route.hedge || this.#routed.isOnce || !first || !second) return undefined;
    return this.#hedgeAfter(first) === undefined ? undefined : [first, second];
  }

  #hedgeAfter({ health }: Candidate): number | undefined {
    return this.#route.hedge?.afterMs ?? health.p95();
  }

  /** Calls the second one, too, if the first has no content in time. The faster one answers. */
  async #race([first, second]: readonly [Candidate, Candidate]): Promise<Answer<Result> | undefined> {
    const { exchange } = this.#routed;
    const race = new Race<Answer<Result>>(exchange);
    const begin = (candidate: Candidate, reason: AttemptReason): void =>
      race.start((runner) => this.#attempt(candidate, { exchange: runner, reason }));
    begin(first, 'first');
    const patience = new AbortController();
    const signal = AbortSignal.any([exchange.signal, patience.signal]);
    const late = this.#deps.clock.sleep(this.#hedgeAfter(first) ?? 0, signal).then(
      () => true,
      () => false,
    );
    const isLate = await Promise.race([late, race.settled()]);
    patience.abort();
    if (isLate) begin(second, 'hedge');
    return (
      (await race.winner()) ?? (isLate ? undefined : this.#attempt(second, { exchange, reason: 'next' }))
    );
  }

  /** How long to wait before all are retried; `undefined` if retrying is useless. */
  #waitAfter(round: number, wasTried: boolean): number | undefined {
    const { clock, random, budget, routing } = this.#deps;
    const { repeats, baseMs, maxMs } = this.#route.retry;
    const rest = this.#candidates.filter((candidate) => !this.#spent.has(candidate));
    if (this.#routed.isOnce || rest.length === 0 || round >= repeats) return undefined;
    const now = clock.now();
    const recovery = Math.min(...rest.map(({ health }) => health.usableIn(now)));
    if (recovery > routing().waitMs) return undefined;
    if (wasTried && !budget.spend()) return undefined;
    const backoff = wasTried ? random() * Math.min(baseMs * 2 ** round, maxMs) : 0;
    const wait = Math.max(recovery, backoff);
    return now + wait < this.#deadline ? wait : undefined;
  }

  #failure(): GatewayError {
    return summarize(this.#failures) ?? unavailable(this.#candidates, this.#deps.clock.now());
  }
}

/** The candidates with their health for this operation. */
function candidatesFor(
  candidates: readonly Candidate[],
  { operation = 'chat' }: Pick<Routed<unknown>, 'operation'>,
  { health }: Pick<RouterDeps, 'health'>,
): readonly Candidate[] {
  if (operation === 'chat') return candidates;
  return candidates.map((one) => ({ ...one, health: health.of(one.upstream, one.model, operation) }));
}
