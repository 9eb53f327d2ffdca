import { type ChatRequest, GatewayError, type HeaderMap, type JsonObject } from '@dragoman/plugin';
import type { Candidate } from '../catalogue/candidate.ts';
import type { Exchange } from '../routing/exchange.ts';
import { isDoneWithin } from '../timing/done-within.ts';
import type { CostOf } from './reply/answer-events.ts';
import { askAll, type Hooked } from './ask-all.ts';
import { AttemptHooks } from './attempt-hooks.ts';
import { isAt, isAttached, isDeep } from './scope.ts';
import type { HookTally } from './tally.ts';
import type { Visit } from './visit/visit.ts';

export interface RequestHooksInput {
  readonly exchange: Exchange;
  /** Of the hooks that apply, in order. */
  readonly visits: readonly Visit[];
  readonly headers: Map<string, string>;
  readonly costOf: CostOf;
  readonly tally: HookTally;
}

/** How long the end of a request waits for its shadows. */
const SHADOW_MS = 10_000;

/** The hooks that apply to one request. */
export class RequestHooks {
  readonly #input: RequestHooksInput;
  readonly #ends: Visit[];

  constructor(input: RequestHooksInput) {
    const { exchange, visits, tally } = input;
    this.#input = input;
    this.#ends = [...visits];
    // Registered first, called last: hooks may be at work until then.
    exchange.onEnd(async () => {
      const shadows = this.#ends.filter(({ isShadow }) => isShadow);
      if (shadows.length > 0)
        await isDoneWithin(SHADOW_MS, Promise.all(shadows.map((visit) => visit.settled)));
      for (const visit of this.#ends) visit.end();
      for (const call of exchange.record.hooks ?? []) tally.add(call);
    });
  }

  /** The request failed before its reply began: hooks that are still at work for it learn why. */
  fail(error: unknown): void {
    for (const visit of this.#ends) visit.end(GatewayError.from(error));
  }

  /** Headers for the reply, as far as they are known. */
  get headers(): HeaderMap {
    return Object.fromEntries(this.#input.headers);
  }

  /** Whether a hook sees every decoded request before it is routed, or its answer. */
  get seesRequests(): boolean {
    return this.#input.visits.some(({ hook }) => !isAttached(hook) && isDeep(hook));
  }

  /** The body that the hooks made of the client's; the same one if none changed it. */
  raw(body: JsonObject, candidate?: Candidate): JsonObject {
    const own = this.#input.visits.filter(({ hook }) =>
      candidate ? isAttached(hook) && isAt(hook, candidate) : !isAttached(hook),
    );
    return own.reduce((before, visit) => visit.raw(before) ?? before, body);
  }

  /** Whether a hook that is attached to a candidate's upstream may change bodies. */
  hasRawAt(candidate: Candidate): boolean {
    return this.#input.visits.some(({ hook }) => hook.hook.raw && isAttached(hook) && isAt(hook, candidate));
  }

  /** Lets the hooks see the request before it is routed. Throws the client's error if one refuses or fails. */
  async request(request: ChatRequest): Promise<Hooked> {
    const visits = this.#input.visits.filter(({ hook }) => !isAttached(hook));
    return askAll(visits, request, this.#input.costOf);
  }

  /** The hooks that need the request decoded at a candidate; `undefined` if there are none. */
  at(candidate: Candidate, exchange: Exchange): AttemptHooks | undefined {
    const { visits, costOf } = this.#input;
    const here = visits.filter(({ hook }) => isDeep(hook) && isAt(hook, candidate));
    if (here.length === 0) return undefined;
    const headers = new Map(this.#input.headers);
    const { upstream, model } = candidate;
    const place = {
      from: { upstream: upstream.config.id, model },
      capabilities: upstream.capabilitiesOf(model),
      attempt: exchange.record.attemptRecords.length - 1,
    };
    const forks = here.map((visit) => visit.fork({ exchange, headers }, place));
    this.#ends.unshift(...forks);
    return new AttemptHooks({ visits: forks, headers, costOf });
  }
}
