import type { ErrorKind, GatewayError } from '@dragoman/plugin';
import type { BreakerRules } from '../config/routing.ts';
import type { FailureRule } from './failure-rules.ts';

/** Why something is skipped, and until when. */
export interface Block {
  readonly reason: ErrorKind | 'paused';
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** From worst to best. */
export const BREAKER_STATES = ['open', 'half-open', 'closed'] as const;
export type BreakerState = (typeof BREAKER_STATES)[number];

/** Bounds on what an upstream may ask for and on doubling. */
const MAX_BLOCK_MS = 24 * 60 * 60_000;
const MAX_DOUBLED_MS = 10 * 60_000;

/**
 * A circuit breaker: closed (attempts pass), open (none until a time), half-open (one attempt, whose outcome decides).
 */
export class Breaker {
  readonly #rules: BreakerRules;
  #failures: number[] = [];
  #block: Block | undefined;
  #isProbing = false;
  /** How many blocks came in a row, without a success in between. */
  #blocks = 0;

  constructor(rules: BreakerRules) {
    this.#rules = rules;
  }

  get block(): Block | undefined {
    return this.#block;
  }

  state(now: number): BreakerState {
    if (!this.#block) return 'closed';
    return this.#block.until <= now ? 'half-open' : 'open';
  }

  recentFailures(now: number): number {
    return this.#failures.filter((at) => at > now - this.#rules.windowMs).length;
  }

  isUsable(now: number): boolean {
    if (!this.#block) return true;
    return this.#block.until <= now && !this.#isProbing;
  }

  /** Must be followed by {@link succeeded}, {@link failed} or {@link abandoned}. */
  begin(): void {
    if (this.#block) this.#isProbing = true;
  }

  /** It answered a health check. */
  answered(): void {
    if (this.#block && this.#block.reason !== 'paused') this.succeeded();
  }

  succeeded(): void {
    // An attempt that was already running does not end a pause.
    if (this.#block?.reason === 'paused' && !this.#isProbing) return;
    if (this.#failures.length > 0) this.#failures = [];
    this.#block = undefined;
    this.#isProbing = false;
    this.#blocks = 0;
  }

  /** An attempt whose outcome says nothing: the client left, or its request was invalid. */
  abandoned(): void {
    this.#isProbing = false;
  }

  failed({ kind, details }: GatewayError, { health }: FailureRule, now: number): void {
    const wasProbe = this.#isProbing;
    this.#isProbing = false;
    if (health === undefined) return;
    if (health === 'count') {
      const { failures, windowMs, openMs, maxOpenMs } = this.#rules;
      this.#failures = [...this.#failures.filter((at) => at > now - windowMs), now];
      const isOpening = wasProbe || this.#failures.length >= failures;
      if (isOpening) this.#open(kind, this.#doubled(openMs, maxOpenMs), now);
      else if (details.retryAfterMs !== undefined) this.#open(kind, details.retryAfterMs, now);
      return;
    }
    const longest = Math.max(health.block, MAX_DOUBLED_MS);
    this.#open(kind, details.retryAfterMs ?? this.#doubled(health.block, longest), now);
  }

  /** An administrator paused it. */
  pause(until: number): void {
    this.#block = { reason: 'paused', until };
  }

  reset(): void {
    this.#block = undefined;
    this.succeeded();
  }

  #doubled(base: number, longest: number): number {
    return Math.min(base * 2 ** this.#blocks, longest);
  }

  #open(reason: ErrorKind, ms: number, now: number): void {
    const until = now + Math.min(ms, MAX_BLOCK_MS);
    // A late failure of an older attempt must not shorten a block.
    if (this.#block && this.#block.until > until) return;
    if (!this.#block || this.#block.until <= now) this.#blocks += 1;
    this.#block = { reason, until };
    this.#failures = [];
  }
}
