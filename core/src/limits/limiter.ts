import { GatewayError, type LimitStatus } from '@dragoman/plugin';
import type { Limits } from '@dragoman/plugin/internal/canonical/limits';
import { type Amount, greater, limitInMicros, NONE, ONE, sum, toAmount, toDollars } from './amount.ts';
import type { Coordinator, Counter, Wanted } from './coordinator.ts';
import { counterOf, LIMIT_KINDS, type LimitKind, type Unit } from './windows.ts';

/** The owner of limits. */
export interface Subject {
  readonly kind: 'key' | 'model' | 'upstream';
  readonly id: string;
  readonly limits: Limits;
}

/** What a request is about to use: tokens of its prompt and its answer, and money in millionths of a dollar. */
export interface Demand {
  readonly input: Amount;
  readonly output: Amount;
  readonly cost: Amount;
  /** The possible cost if the client sets no limit on the answer; otherwise the same as `cost`. */
  readonly mostCost: Amount;
}

/** What a request used. */
export interface Spent {
  readonly tokens: Amount;
  /** Millionths of a dollar. */
  readonly cost: Amount;
  /** Whether it may have been more; then at least the reserved amount is charged. */
  readonly isLeast: boolean;
}

export interface LimitUse {
  readonly name: keyof Limits;
  readonly limit: number;
  readonly used: number;
  /** When it resets, in milliseconds since 1970; absent if it never does. */
  readonly resetsAt?: number;
}

/** The admission of a request. It must be ended, exactly once. */
export interface Permit {
  readonly requests?: LimitStatus;
  readonly tokens?: LimitStatus;
  /** Replaces the estimate by what was actually used; `undefined` for nothing. */
  end(spent: Spent | undefined): Promise<void>;
}

export interface Limiter {
  /** Admits a request, or throws a `GatewayError` of kind `rate-limit` that names the limit. */
  admit(subjects: readonly Subject[], demand: () => Demand): Promise<Permit>;
  uses(subject: Subject): Promise<readonly LimitUse[]>;
  /** Waits a moment for requests that are about to end, so that their usage is counted. */
  close(): Promise<void>;
}

/** The share of a token limit that one answer may reserve: a large `max_tokens` must not need the whole limit. */
const SHARE_OF_ANSWER = 1 / 4;

const CLOSE_WAIT_MS = 1_000;

interface Held {
  readonly kind: LimitKind;
  readonly owner: string;
  readonly counter: Counter;
  readonly limit: number;
  readonly amount: Amount;
  /** The minimum charge for a reply whose end was not seen. */
  readonly floor: Amount;
  readonly used: number;
}

export function createLimiter(coordinator: Coordinator, now: () => number): Limiter {
  const open = new Set<Permit>();
  /** By counter: the part of a budget that running requests hold, and may release. */
  const reserved = new Map<string, number>();
  const reserve = (counter: Counter, change: number): void => {
    const left = (reserved.get(counter.name) ?? 0) + change;
    if (left > 0) reserved.set(counter.name, left);
    else reserved.delete(counter.name);
  };
  let onAllEnded = (): void => {};
  const onEnded = (permit: Permit, held: readonly Held[]): void => {
    open.delete(permit);
    for (const { kind, counter, amount } of held) if (kind.unit === 'cost') reserve(counter, 0 - amount);
    if (open.size === 0) onAllEnded();
  };
  return {
    async admit(subjects, demand) {
      const held: Held[] = [];
      try {
        for (const subject of subjects) await hold(subject, demand, held);
      } catch (error) {
        await Promise.all(held.map(({ counter, amount }) => coordinator.giveBack(counter, amount)));
        throw error;
      }
      for (const { kind, counter, amount } of held) if (kind.unit === 'cost') reserve(counter, amount);
      const permit = permitOf(held, { coordinator, now, onEnded });
      open.add(permit);
      return permit;
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
    async close() {
      if (open.size > 0) {
        await new Promise<void>((resolve) => {
          onAllEnded = resolve;
          setTimeout(resolve, CLOSE_WAIT_MS).unref();
        });
      }
      await coordinator.close();
    },
  };

  async function hold(subject: Subject, demand: () => Demand, held: Held[]): Promise<void> {
    for (const kind of LIMIT_KINDS) {
      const own = subject.limits[kind.name];
      if (own === undefined) continue;
      const limit = kind.unit === 'cost' ? limitInMicros(own) : own;
      const owner = `${subject.kind} ${subject.id}`;
      const counter = counterOf(kind, owner, now());
      const wanted = wantedOf(kind.unit, limit, demand);
      const { isTaken, amount, used } = await coordinator.take(counter, wanted, limit);
      const floor = kind.unit === 'cost' ? wanted.least : amount;
      if (isTaken) held.push({ kind, owner, counter, limit, amount, floor, used });
      // Even a free request must wait when a budget is used up.
      if (isTaken && (amount > 0 || used < limit)) continue;
      const others = reserved.get(counter.name) ?? 0;
      const isReserved = others > 0 && used - others + wanted.least <= limit;
      throw reached(subject, { kind, own, counter, isReserved }, now());
    }
  }
}

function wantedOf(unit: Unit, limit: number, demand: () => Demand): Wanted {
  if (unit === 'requests' || unit === 'running') return { least: ONE, most: ONE };
  const { input, output, cost, mostCost } = demand();
  // Requests at once could otherwise overspend a budget many times over; alone, each gets what is left of it.
  if (unit === 'cost') return { least: cost, most: greater(cost, mostCost) };
  return { least: input, most: sum(input, toAmount(Math.min(output, limit * SHARE_OF_ANSWER))) };
}

interface PermitDeps {
  readonly coordinator: Coordinator;
  readonly now: () => number;
  readonly onEnded: (permit: Permit, held: readonly Held[]) => void;
}

function permitOf(held: readonly Held[], { coordinator, now, onEnded }: PermitDeps): Permit {
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
  const permit: Permit = {
    ...(requests && { requests }),
    ...(tokens && { tokens }),
    async end(spent) {
      if (isOver) return;
      isOver = true;
      try {
        await Promise.all(held.map((one) => settle(one, spent, { coordinator, now: now() })));
      } finally {
        onEnded(permit, held);
      }
    },
  };
  return permit;
}

async function settle(
  { kind, owner, counter, amount, floor }: Held,
  spent: Spent | undefined,
  { coordinator, now }: { readonly coordinator: Coordinator; readonly now: number },
): Promise<void> {
  const due = kind.unit === 'requests' ? amount : dueOf(kind.unit, floor, spent);
  if (due < amount) await coordinator.giveBack(counter, toAmount(amount - due));
  // A reply that outlasts its window is counted in the one in which it ends.
  else if (due > amount) await coordinator.add(counterOf(kind, owner, now), toAmount(due - amount));
}

function dueOf(unit: Unit, floor: Amount, spent: Spent | undefined): Amount {
  if (unit === 'running' || !spent) return NONE;
  const own = unit === 'tokens' ? spent.tokens : spent.cost;
  return spent.isLeast ? greater(own, floor) : own;
}

async function useOf(
  { name, unit }: LimitKind,
  limit: number,
  { counter, coordinator }: { readonly counter: Counter; readonly coordinator: Coordinator },
): Promise<LimitUse> {
  const counted = await coordinator.used(counter);
  const used = unit === 'cost' ? toDollars(counted) : counted;
  return { name, limit, used, ...(counter.until !== undefined && { resetsAt: counter.until }) };
}

const OWNERS: Readonly<Record<Subject['kind'], string>> = {
  key: 'This key',
  model: 'This model',
  upstream: 'The upstream of this model',
};

interface Reached {
  readonly kind: LimitKind;
  readonly own: number;
  readonly counter: Counter;
  /** Whether running requests hold it and may release some of it. */
  readonly isReserved: boolean;
}

function reached(
  { kind: owner }: Subject,
  { kind, own, counter, isReserved }: Reached,
  now: number,
): GatewayError {
  const limit = `limit of ${own} ${kind.nouns[own === 1 ? 0 : 1]}${kind.per}`;
  const message = isReserved
    ? `The rest of the ${limit} is reserved by running requests. Try again.`
    : `${OWNERS[owner]} has reached its ${limit}.`;
  const code = kind.unit === 'cost' && !isReserved ? 'budget_exceeded' : 'rate_limit_exceeded';
  // A slot may become free any moment; a total never resets, so there is nothing to wait for.
  const untilReset = counter.until === undefined ? undefined : counter.until - now;
  const wait = isReserved || kind.unit === 'running' ? 1_000 : untilReset;
  return new GatewayError('rate-limit', message, { code, ...(wait !== undefined && { retryAfterMs: wait }) });
}
