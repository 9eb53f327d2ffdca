import { GatewayError } from '@dragoman/plugin';

/** Bounds the memory for the bodies of all running requests, in total and per key. */
export interface BodyBudget {
  /** Opens the account of a request. `owner` is the id of its key, or empty without authentication. */
  open(owner: string): BodyAccount;
  /** Bytes in use. */
  readonly used: number;
}

/** The memory of one request's bodies. */
export interface BodyAccount {
  /** Counts bytes that arrived. Throws a `GatewayError` of kind `overloaded` if they exceed the budget. */
  add(bytes: number): void;
  /** Returns memory that was freed. */
  remove(bytes: number): void;
  /** Returns everything. Nothing is counted afterwards. */
  release(): void;
}

export interface BodyBounds {
  /** For all requests, in bytes. One key may use half of it. */
  readonly bodyBudget: number;
  /** Of one body: a key may always send one. */
  readonly bodyLimit: number;
}

const RETRY_AFTER_MS = 1_000;

export function createBodyBudget(bounds: BodyBounds): BodyBudget {
  return new Budget(bounds);
}

class Budget implements BodyBudget {
  readonly #inAll: number;
  readonly #perKey: number;
  readonly #owners = new Map<string, number>();
  #used = 0;

  constructor({ bodyBudget, bodyLimit }: BodyBounds) {
    this.#inAll = bodyBudget;
    this.#perKey = Math.max(bodyBudget / 2, bodyLimit);
  }

  get used(): number {
    return this.#used;
  }

  open(owner: string): BodyAccount {
    return new Account(this, owner);
  }

  take(owner: string, bytes: number): void {
    const own = (this.#owners.get(owner) ?? 0) + bytes;
    if (this.#used + bytes > this.#inAll)
      throw overloaded('The memory for request bodies is used up (server.bodyBudget).');
    if (owner !== '' && own > this.#perKey)
      throw overloaded(
        'The request bodies of this key use all the memory that one key may use (server.bodyBudget).',
      );
    this.#used += bytes;
    this.#owners.set(owner, own);
  }

  give(owner: string, bytes: number): void {
    this.#used -= bytes;
    const left = (this.#owners.get(owner) ?? 0) - bytes;
    if (left > 0) this.#owners.set(owner, left);
    else this.#owners.delete(owner);
  }
}

class Account implements BodyAccount {
  readonly #budget: Budget;
  readonly #owner: string;
  #held = 0;
  #isOpen = true;

  constructor(budget: Budget, owner: string) {
    this.#budget = budget;
    this.#owner = owner;
  }

  add(bytes: number): void {
    // Bytes that arrive after the end are discarded.
    if (!this.#isOpen) return;
    this.#budget.take(this.#owner, bytes);
    this.#held += bytes;
  }

  remove(bytes: number): void {
    const given = Math.min(bytes, this.#held);
    this.#held -= given;
    if (given > 0) this.#budget.give(this.#owner, given);
  }

  release(): void {
    this.remove(this.#held);
    this.#isOpen = false;
  }
}

function overloaded(message: string): GatewayError {
  return new GatewayError('overloaded', `${message} Try again later.`, {
    code: 'too_many_bodies',
    retryAfterMs: RETRY_AFTER_MS,
  });
}
