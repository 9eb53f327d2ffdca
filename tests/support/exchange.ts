import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { ChatEvent, FinishEvent } from '../../packages/plugin/src/canonical/chat.ts';
import { GatewayError } from '../../packages/plugin/src/canonical/errors.ts';
import type { JsonValue } from '../../packages/plugin/src/canonical/json.ts';
import type { Candidate } from '../../core/src/catalogue/candidate.ts';
import type { Route } from '../../core/src/catalogue/route.ts';
import type { Ledger } from '../../core/src/limits/ledger.ts';
import { createLimiter } from '../../core/src/limits/limiter.ts';
import { createMemoryCoordinator } from '../../core/src/limits/memory-coordinator.ts';
import { createPrices } from '../../core/src/limits/prices.ts';
import type { RawRequest } from '../../packages/plugin/src/plugin/forward.ts';
import type { ChatEndpoint } from '../../packages/plugin/src/plugin/protocol.ts';
import type { Attempt } from '../../core/src/routing/attempts.ts';
import type { Exchange } from '../../core/src/routing/exchange.ts';
import type { Reply } from '../../core/src/routing/reply.ts';
import { createRequestRecord } from '../../core/src/routing/request-record.ts';
import type { RouterDeps } from '../../core/src/routing/routed.ts';
import type { StoredKey } from '../../core/src/state/state.ts';
import { createHttpPools } from '../../core/src/transport/pools.ts';
import { type CallInput, startCall, type UpstreamCall } from '../../core/src/upstreams/call.ts';
import { createGates } from '../../core/src/upstreams/gates.ts';
import { createHealthBoard } from '../../core/src/upstreams/health.ts';
import { type FakeClock, fakeClock, NO_LOG, routing } from './candidates.ts';

/** A client's request on its way through the gateway, without HTTP. */
export interface TestExchange extends Exchange {
  /** The client goes away. */
  leave(): void;
  /** The reply is over. */
  end(): Promise<void>;
}

export function exchangeOf(own: Partial<Pick<Exchange, 'key' | 'raw'>> = {}): TestExchange {
  const client = new AbortController();
  const endings: (() => Promise<void>)[] = [];
  return {
    requestId: 'req_test',
    protocol: { name: 'test', title: 'Test', endpoints: [], encodeError: () => ({ status: 500, body: {} }) },
    raw: rawOf('{}'),
    signal: client.signal,
    hold: () => () => {},
    log: NO_LOG,
    record: createRequestRecord(0),
    onEnd: (ending) => void endings.push(ending),
    ...own,
    leave: () => client.abort(new GatewayError('cancelled', 'The client is gone.')),
    async end() {
      for (const ending of endings) await ending();
    },
  };
}

export function rawOf(body: string, own: Partial<RawRequest> = {}): RawRequest {
  const base = { wire: 'test-wire', method: 'POST', path: '/v1/test', query: '', headers: {} };
  return { ...base, body: Buffer.from(body), ...own };
}

export function keyOf(limits: StoredKey['limits']): StoredKey {
  const createdAt = '2026-11-21T00:00:00.000Z';
  return { id: 'k1', name: 'k1', prefix: 'k', hash: '', enabled: true, createdAt, limits };
}

/** Connects to nobody before a provider sends something, which those of tests do not. */
const pools = createHttpPools();

/** A call that a provider of the test answers. */
export function callOf({ upstream, model }: Candidate, own: Partial<CallInput> = {}): UpstreamCall {
  return startCall(pools, { upstream, model, requestId: 'req_test', ...own });
}

const NO_LEDGER: Ledger = {
  entries: () => [],
  note: () => {},
  remembers: () => false,
  unusable: [],
  close: () => Promise.resolve(),
};

export interface TestDeps extends RouterDeps {
  readonly clock: FakeClock;
}

/** What routing works with: a clock and routes of the test's own, limits in memory, chance that is always one half. */
export function routingDeps(
  clock: FakeClock = fakeClock(),
  routes: Readonly<Record<string, Route>> = {},
): TestDeps {
  const { now } = clock;
  return {
    ...{ pools, clock, gates: createGates(), health: createHealthBoard(() => routing.breaker) },
    limiter: createLimiter(createMemoryCoordinator({ now, ledger: NO_LEDGER }), now),
    prices: createPrices(() => ({ table: {}, unknown: 'refuse' }), now),
    catalogue: {
      async resolve(name) {
        const route = routes[name];
        if (!route) throw new GatewayError('not-found', `There is no model ${name}.`);
        return route;
      },
      models: () => Promise.resolve([]),
      keepsThreads: () => false,
      allows: () => true,
    },
    random: () => 0.5,
    routing: () => routing,
  };
}

/** Asks candidates in the order in which they are written, unless the test says otherwise. */
export function routeTo(candidates: readonly Candidate[], own: Partial<Route> = {}): Route {
  const { retry } = routing;
  return { candidates, policy: 'order', turns: { next: 0 }, retry, timeouts: {}, fallbacks: {}, ...own };
}

/** What an upstream does when it is asked: it says something, fails, or does what a function does. */
export type Outcome = string | GatewayError | ((exchange: Exchange) => Promise<string> | string);

export interface Script {
  /** The upstreams that were asked, in order. */
  readonly asked: readonly string[];
  readonly attempt: Attempt<string>;
}

/** By upstream, what becomes of each attempt; the last one stands for all that follow. */
export function script(outcomes: Readonly<Record<string, Outcome | readonly Outcome[]>>): Script {
  const asked: string[] = [];
  return {
    asked,
    async attempt({ upstream: { config } }, call, exchange) {
      const own = [outcomes[config.id] ?? []].flat();
      const turn = asked.filter((id) => id === config.id).length;
      asked.push(config.id);
      const outcome = own[Math.min(turn, own.length - 1)];
      if (outcome === undefined) throw new Error(`Nobody expects ${config.id} to be asked.`);
      if (outcome instanceof GatewayError) throw outcome;
      const answer = typeof outcome === 'string' ? outcome : await outcome(exchange);
      call.release();
      return answer;
    },
  };
}

/** The events of a reply that is one text. */
export function replyOf(text: string, finish: Partial<FinishEvent> = {}): readonly ChatEvent[] {
  return [
    { type: 'start', id: 'r', model: 'm' },
    { type: 'block-start', index: 0, block: { type: 'text' } },
    { type: 'block-delta', index: 0, delta: text },
    { type: 'block-end', index: 0 },
    { type: 'finish', reason: 'stop', ...finish },
  ];
}

/** All of a reply's body. */
export const bodyOf = ({ body }: Reply): Promise<string> => text(Readable.from(body));

/** A protocol whose streams are the events themselves, a line each. */
export const fakeEndpoint: ChatEndpoint = {
  operation: 'chat',
  method: 'POST',
  path: '/v1/test',
  wire: 'test-wire',
  summary: 'Answers a test.',
  decodeRequest() {
    throw new Error('Tests have their requests decoded.');
  },
  encodeReply: ({ model, choices: [first], usage = null }) => ({
    model,
    text: (first?.content ?? []).map((part) => (part.type === 'text' ? part.text : '')).join(''),
    usage: usage as JsonValue,
  }),
  async *encodeStream(events) {
    for await (const event of events) yield `${JSON.stringify(event)}\n`;
  },
  encodeStreamError: ({ kind, message }) => `error: ${kind} ${message}\n`,
  keepAlive: '\n',
};
