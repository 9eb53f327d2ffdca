import {
  answer,
  type Answer,
  type AttemptContext,
  type ChatEvent,
  type ChatRequest,
  defineHook,
  type Hook,
  type HookContext,
  type HookSetup,
  type ReplyContext,
} from '@dragoman/plugin';
import { Answers } from './answers.ts';
import { CONTROL_HEADER, type Control, parseControl, readControl } from './control.ts';
import type { Flight } from './flight.ts';
import { Flights } from './flights.ts';
import { keyOf } from './key.ts';
import { type Options, options } from './options.ts';
import { isCacheable, isKeepable } from './rules.ts';
import { openStore } from './store/open-store.ts';
import type { CacheStore } from './store/store.ts';

/** Opens the store of one configured cache. */
export type OpenStore = (setup: HookSetup) => CacheStore;

/** The hook `cache`, whose answers are in a store of the caller's choice. */
export function createCacheHook(open?: OpenStore) {
  return defineHook({
    name: 'cache',
    title: 'Cache',
    description:
      'Answers equal requests from memory or disk, and asks the upstream once for those that come together.',
    order: 'post',
    options,
    create: (chosen, setup) => new Cache(chosen, setup, open?.(setup) ?? openStore(chosen, setup)),
  });
}

/** In a request's state: the flight that it leads. */
const FLIGHT = Symbol('flight');

class Cache implements Hook {
  readonly #options: Options;
  readonly #setup: HookSetup;
  readonly #store: CacheStore;
  readonly #answers: Answers;
  readonly #flights: Flights;

  constructor(chosen: Options, setup: HookSetup, store: CacheStore) {
    this.#options = chosen;
    this.#setup = setup;
    this.#store = store;
    this.#answers = new Answers({ store, maxBytes: chosen.answerBytes, log: setup.log });
    this.#flights = new Flights({ maxLength: chosen.answerBytes });
  }

  /** A request that does without the cache may be forwarded. */
  applies({ headers }: HookContext): boolean {
    return parseControl(headers[CONTROL_HEADER])?.isOff !== true;
  }

  async request(request: ChatRequest, on: HookContext): Promise<ChatRequest | Answer> {
    const control = readControl(on.headers[CONTROL_HEADER]);
    if (!isCacheable(request, this.#options.maxTemperature)) return request;
    const { upstream } = on as Partial<AttemptContext>;
    const key = keyOf(request, { owner: this.#options.shared ? undefined : on.caller.key, upstream });
    const running = control.isFresh ? undefined : this.#flights.find(flightOf(key, on));
    if (running?.requestId === on.requestId) {
      // A hook that is attached to upstreams meets its own request again at the next attempt.
      on.state.set(FLIGHT, running);
      return request;
    }
    if (running) return this.#follow(running, on);
    const flight = this.#begin(key, control, on);
    const entry = control.isFresh ? undefined : await this.#answers.find(key);
    if (!entry) {
      tell(on, 'miss');
      return request;
    }
    tell(on, 'hit', this.#setup.clock.now() - entry.at);
    return answer(flight.replay(entry.events, entry.served), { saved: () => entry.served });
  }

  reply(events: AsyncIterable<ChatEvent>, on: ReplyContext): AsyncIterable<ChatEvent> {
    const flight = on.state.get(FLIGHT) as Flight | undefined;
    return flight ? flight.begin(events, on.from) : events;
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  #follow(flight: Flight, on: HookContext): Answer {
    const reader = flight.follow();
    // Its reply may never be read, if something else ends the request.
    on.signal.addEventListener('abort', () => reader.leave(), { once: true });
    tell(on, 'hit', 0);
    return answer(reader, { saved: () => flight.served });
  }

  #begin(key: string, { ttlSeconds }: Control, on: HookContext): Flight {
    const { ttlSeconds: usual, maxTtlSeconds } = this.#options;
    const ttlMs = 1000 * Math.min(ttlSeconds ?? usual, maxTtlSeconds);
    const leader = { requestId: on.requestId, signal: on.signal, hold: () => on.hold() };
    const flight = this.#flights.begin(flightOf(key, on), leader, async (events, served) => {
      if (!isKeepable(events)) return;
      await this.#answers.keep(key, { at: this.#setup.clock.now(), events, served }, ttlMs);
    });
    on.state.set(FLIGHT, flight);
    return flight;
  }
}

/** Requests of other clients do not share the fate of one, even if they share its answer. */
function flightOf(key: string, { caller }: HookContext): string {
  return `${key} ${caller.key ?? ''}`;
}

/** Tells the client, and the trace and the metrics. */
function tell(on: HookContext, action: 'hit' | 'miss', ageMs?: number): void {
  on.note({ rule: 'answer', action });
  on.replyHeader('x-dragoman-cache', action);
  if (ageMs !== undefined)
    on.replyHeader('x-dragoman-cache-age', String(Math.max(0, Math.floor(ageMs / 1000))));
}
