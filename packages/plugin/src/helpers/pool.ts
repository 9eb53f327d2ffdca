import { type ErrorKind, GatewayError } from '../canonical/errors.ts';
import type { CallContext } from '../plugin/call-context.ts';
import type { ProviderSetup } from '../plugin/provider.ts';
import { hash, mix } from '../text/hash.ts';
import { waitFor } from './wait-for.ts';

export interface PoolOptions {
  /**
   * Which member gets a call: the one with the fewest running, each in turn, or always the same one for a caller's
   * conversation (else its end user, else its key). Default: `least-busy`.
   */
  readonly pick?: 'least-busy' | 'round-robin' | 'sticky';
  /** How long a member gets no calls after it failed, unless its error has `retryAfterMs`. */
  readonly restMs: number;
  /** How many members a call may try until one begins to answer. Default: 2. */
  readonly tries?: number;
  /** How many calls a member serves at once; others wait. Default: any number. */
  readonly perMember?: number;
}

/** Several members, such as accounts or processes, that can do the same work. */
export interface Pool<Member> {
  /**
   * Does the work with a member. If it fails before its first item, another member is tried; failures of the request
   * itself, such as `invalid`, are not the member's.
   */
  run<T>(
    context: Pick<CallContext, 'signal' | 'caller'>,
    work: (member: Member) => AsyncIterable<T>,
  ): AsyncIterable<T>;
}

/**
 * Shares calls among members, and lets those rest that fail. Failures of the upstream as a whole are still the
 * router's: one pool is one upstream.
 *
 * @example
 * const pool = createPool(accounts, setup, { pick: 'sticky', restMs: 30_000 });
 * // in the provider:
 * chat: (request, context) => pool.run(context, (account) => ask(account, request, context)),
 */
export function createPool<Member>(
  members: readonly Member[],
  setup: Pick<ProviderSetup, 'clock' | 'log'>,
  options: PoolOptions,
): Pool<Member> {
  if (members.length === 0) throw new TypeError('A pool needs at least one member.');
  return new MemberPool(members, setup, options);
}

/** Failures for which another member may stand in. Those without a kind count as `upstream-broken`. */
const FAULTS: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
  'billing',
  'overloaded',
  'rate-limit',
  'timeout',
  'upstream-auth',
  'upstream-broken',
  'upstream-unreachable',
]);

interface Place<Member> {
  readonly member: Member;
  readonly index: number;
  running: number;
  /** The number of the latest call that it got. */
  latest: number;
  rest: { readonly from: number; readonly ms: number } | undefined;
}

class MemberPool<Member> implements Pool<Member> {
  readonly #places: readonly Place<Member>[];
  readonly #setup: Pick<ProviderSetup, 'clock' | 'log'>;
  readonly #options: PoolOptions;
  #calls = 0;
  #freed = Promise.withResolvers<void>();

  constructor(members: readonly Member[], setup: Pick<ProviderSetup, 'clock' | 'log'>, options: PoolOptions) {
    this.#places = members.map((member, index) => ({
      ...{ member, index },
      ...{ running: 0, latest: 0, rest: undefined },
    }));
    this.#setup = setup;
    this.#options = options;
  }

  async *run<T>(
    context: Pick<CallContext, 'signal' | 'caller'>,
    work: (member: Member) => AsyncIterable<T>,
  ): AsyncGenerator<T> {
    const tried = new Set<Place<Member>>();
    for (;;) {
      const place = await this.#enter(context, tried);
      let hasBegun = false;
      try {
        for await (const item of work(place.member)) {
          hasBegun = true;
          yield item;
        }
        return;
      } catch (error) {
        if (context.signal.aborted || !isFault(error)) throw error;
        this.#rest(place, error);
        tried.add(place);
        const { tries = 2 } = this.#options;
        if (hasBegun || tried.size >= tries || !this.#others(tried).some((one) => this.#isAwake(one)))
          throw error;
      } finally {
        this.#leave(place);
      }
    }
  }

  /** Waits for a free member. */
  async #enter(
    { signal, caller }: Pick<CallContext, 'signal' | 'caller'>,
    tried: ReadonlySet<Place<Member>>,
  ): Promise<Place<Member>> {
    const { perMember = Infinity } = this.#options;
    for (;;) {
      const awake = this.#others(tried).filter((place) => this.#isAwake(place));
      if (awake.length === 0) throw this.#allRest();
      const free = awake.filter(({ running }) => running < perMember);
      const [first] = free.toSorted(this.#order(caller));
      if (first) {
        first.running += 1;
        first.latest = this.#calls += 1;
        return first;
      }
      await waitFor(this.#freed.promise, signal);
    }
  }

  #leave(place: Place<Member>): void {
    place.running -= 1;
    this.#freed.resolve();
    this.#freed = Promise.withResolvers();
  }

  #order(caller: CallContext['caller']): (one: Place<Member>, other: Place<Member>) => number {
    const { pick = 'least-busy' } = this.#options;
    const session = pick === 'sticky' ? sessionOf(caller) : undefined;
    if (session !== undefined) {
      // Rendezvous hashing: when a member rests, only its own callers move.
      const seed = hash(session);
      return (one, other) => mix(seed ^ mix(other.index + 1)) - mix(seed ^ mix(one.index + 1));
    }
    if (pick === 'round-robin') return (one, other) => one.latest - other.latest;
    return (one, other) => one.running - other.running || one.latest - other.latest;
  }

  #others(tried: ReadonlySet<Place<Member>>): readonly Place<Member>[] {
    return this.#places.filter((place) => !tried.has(place));
  }

  #isAwake(place: Place<Member>): boolean {
    return this.#restLeft(place) === 0;
  }

  #restLeft({ rest }: Place<Member>): number {
    if (!rest) return 0;
    const since = this.#setup.clock.now() - rest.from;
    // A clock that was set back must not prolong the rest.
    return since < 0 ? 0 : Math.max(0, rest.ms - since);
  }

  #rest(place: Place<Member>, error: unknown): void {
    const wanted = GatewayError.is(error) ? error.details.retryAfterMs : undefined;
    const ms = wanted ?? this.#options.restMs;
    place.rest = { from: this.#setup.clock.now(), ms };
    this.#setup.log.warn({ member: place.index, error, ms }, 'A member of the pool failed and rests.');
  }

  #allRest(): GatewayError {
    const retryAfterMs = Math.min(...this.#places.map((place) => this.#restLeft(place)));
    return new GatewayError('overloaded', 'All members of the pool failed, and rest for now.', {
      retryAfterMs,
    });
  }
}

function isFault(error: unknown): boolean {
  return !GatewayError.is(error) || FAULTS.has(error.kind);
}

/** What calls belong together: `undefined` if nothing is known of the caller. */
function sessionOf({ key, thread, user }: CallContext['caller']): string | undefined {
  const own = thread ?? user;
  return key === undefined && own === undefined ? undefined : JSON.stringify([key, own]);
}
