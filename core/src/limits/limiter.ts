import { GatewayError } from '../canonical/errors.ts';
import type { Limits } from '../config/limits.ts';
import type { LimitStatus } from '../plugin/plugin.ts';
import type { Coordinator, Counter } from './coordinator.ts';
import { counterOf, LIMIT_KINDS, type LimitKind, type Unit } from './windows.ts';

/** Whose limits they are. */
export interface Subject {
  readonly kind: 'key' | 'model' | 'upstream';
  readonly id: string;
  readonly limits: Limits;
}

/** What a request is about to take, or took. Money is US dollars; 0 where it is not known. */
export interface Demand {
  readonly tokens: number;
  readonly cost: number;
}

export interface LimitUse {
  readonly name: keyof Limits;
  readonly limit: number;
  readonly used: number;
  /** When it begins anew, in milliseconds since 1970; absent when it never does. */
  readonly resetsAt?: number;
}

/** What a request was let in with. It must be ended, once. */
export interface Permit {
  readonly requests?: LimitStatus;
  readonly tokens?: LimitStatus;
  /** Puts what was really taken in the place of the estimate; nothing was, where that is `undefined`. */
  end(taken: Demand | undefined): Promise<void>;
}

export interface Limiter {
  /** Lets a request in, or throws a `GatewayError` of kind `rate-limit` that names the limit. */
  admit(subjects: readonly Subject[], demand: () => Demand): Promise<Permit>;
  uses(subject: Subject): Promise<readonly LimitUse[]>;
  close(): Promise<void>;
}

/** Money is counted in millionths of a dollar, as whole numbers. */
const MICRO = 1_000_000;

interface Held {
  readonly kind: LimitKind;
  readonly counter: Counter;
  readonly limit: number;
  readonly amount: number;
  readonly used: number;
}

export function createLimiter(coordinator: Coordinator, now: () => number): Limiter {
  return {
    async admit(subjects, demand) {
      const held: Held[] = [];
      try {
        for (const subject of subjects) await hold(subject, demand, held);
      } catch (error) {
        await Promise.all(held.map(({ counter, amount }) => coordinator.add(counter, -amount)));
        throw error;
      }
      return permitOf(held, { coordinator, now });
    },
    uses: ({ kind, id, limits }) =>
      Promise.all(
        LIMIT_KINDS.flatMap((limitKind) => {
          const limit = limits[limitKind.name];
          if (limit === undefined) return [];
          const counter = counterOf(limitKind, `${kind} ${id}`, now());
          return [useOf(limitKind, limit, { counter, coordinator })];
        }),
      ),
    close: () => coordinator.close(),
  };

  async function hold(subject: Subject, demand: () => Demand, held: Held[]): Promise<void> {
    for (const kind of LIMIT_KINDS) {
      const own = subject.limits[kind.name];
      if (own === undefined) continue;
      const limit = kind.unit === 'cost' ? Math.round(own * MICRO) : own;
      const counter = counterOf(kind, `${subject.kind} ${subject.id}`, now());
      const amount = amountOf(kind.unit, demand);
      const { isTaken, used } = await coordinator.take(counter, amount, limit);
      // Something that costs nothing must wait too when all is spent.
      if (!isTaken || (amount === 0 && used >= limit)) throw reached(subject, { kind, own, counter }, now());
      held.push({ kind, counter, limit, amount, used });
    }
  }
}

function amountOf(unit: Unit, demand: () => Demand): number {
  if (unit === 'requests' || unit === 'running') return 1;
  return unit === 'tokens' ? demand().tokens : Math.ceil(demand().cost * MICRO);
}

interface PermitDeps {
  readonly coordinator: Coordinator;
  readonly now: () => number;
}

function permitOf(held: readonly Held[], { coordinator, now }: PermitDeps): Permit {
  const status = (unit: Unit): LimitStatus | undefined => {
    const tightest = held
      .filter(({ kind }) => kind.unit === unit && kind.window === 'minute')
      .toSorted((a, b) => a.limit - a.used - (b.limit - b.used))[0];
    if (!tightest) return undefined;
    const { limit, used, counter } = tightest;
    return { limit, remaining: Math.max(limit - used, 0), resetMs: (counter.until ?? now()) - now() };
  };
  const [requests, tokens] = [status('requests'), status('tokens')];
  let isOver = false;
  return {
    ...(requests && { requests }),
    ...(tokens && { tokens }),
    async end(taken) {
      if (isOver) return;
      isOver = true;
      await Promise.all(
        held
          .map(({ kind, counter, amount }) => ({ counter, change: changeOf(kind.unit, amount, taken) }))
          .filter(({ change }) => change !== 0)
          .map(({ counter, change }) => coordinator.add(counter, change)),
      );
    },
  };
}

function changeOf(unit: Unit, amount: number, taken: Demand | undefined): number {
  if (unit === 'requests') return 0;
  if (unit === 'running') return -1;
  if (!taken) return -amount;
  return (unit === 'tokens' ? taken.tokens : Math.ceil(taken.cost * MICRO)) - amount;
}

async function useOf(
  { name, unit }: LimitKind,
  limit: number,
  { counter, coordinator }: { readonly counter: Counter; readonly coordinator: Coordinator },
): Promise<LimitUse> {
  const counted = await coordinator.used(counter);
  const used = unit === 'cost' ? counted / MICRO : counted;
  return { name, limit, used, ...(counter.until !== undefined && { resetsAt: counter.until }) };
}

const OWNERS: Readonly<Record<Subject['kind'], string>> = {
  key: 'This key',
  model: 'This model',
  upstream: 'The upstream of this model',
};

function reached(
  { kind: owner }: Subject,
  { kind, own, counter }: { readonly kind: LimitKind; readonly own: number; readonly counter: Counter },
  now: number,
): GatewayError {
  const message = `${OWNERS[owner]} has reached its limit of ${own} ${kind.label}.`;
  const code = kind.unit === 'cost' ? 'budget_exceeded' : 'rate_limit_exceeded';
  // A place comes free any moment; what never begins anew has nothing to wait for.
  const retryAfterMs = counter.until === undefined ? undefined : counter.until - now;
  const wait = kind.unit === 'running' ? 1_000 : retryAfterMs;
  return new GatewayError('rate-limit', message, { code, ...(wait !== undefined && { retryAfterMs: wait }) });
}
