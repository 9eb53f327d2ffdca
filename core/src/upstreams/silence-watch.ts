import { GatewayError } from '@dragoman/plugin';
import type { Timeouts } from '../transport/timeouts.ts';

export interface SilenceInput {
  readonly timeouts: Pick<Timeouts, 'headersMs' | 'idleMs'>;
  /** The upstream's name in errors. */
  readonly name: string;
  readonly onSilence: (error: GatewayError) => void;
}

/** How often to look for signs of life. Silence is noticed at most this much later. */
const LOOKS = 4;

/**
 * Detects that an upstream is silent while somebody waits for it, for any kind of connection: within `headersMs` at
 * first, then within `idleMs`. A sign of life costs one addition; only the timer reads the clock.
 */
export class SilenceWatch {
  readonly #input: SilenceInput;
  #timer: NodeJS.Timeout | undefined;
  #signs = 0;
  #seen = 0;
  #silentSince = 0;
  #isAnswered = false;
  #isWaiting = false;

  constructor(input: SilenceInput) {
    this.#input = input;
  }

  /** Somebody starts waiting for the upstream. */
  wait(): void {
    this.#isWaiting = true;
    this.#signs += 1;
    if (!this.#timer) this.#start();
  }

  /** A sign of life. */
  heard(): void {
    this.#signs += 1;
  }

  /** The upstream has begun to answer. */
  answered(): void {
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    const { headersMs, idleMs } = this.#input.timeouts;
    // A timer that fires early reschedules itself for the rest.
    if (this.#timer && idleMs < headersMs) this.#start();
    else this.#signs += 1;
  }

  /** Nobody is waiting: a slow client is not the upstream's fault. */
  rest(): void {
    this.#isWaiting = false;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isWaiting = false;
  }

  get #limit(): number {
    const { headersMs, idleMs } = this.#input.timeouts;
    return this.#isAnswered ? idleMs : headersMs;
  }

  #start(): void {
    clearTimeout(this.#timer);
    this.#seen = this.#signs;
    this.#silentSince = performance.now();
    this.#timer = setTimeout(this.#look, Math.ceil(this.#limit / LOOKS)).unref();
  }

  readonly #look = (): void => {
    this.#timer = undefined;
    if (!this.#isWaiting) return;
    const limit = this.#limit;
    if (this.#signs !== this.#seen) this.#start();
    else {
      const leftMs = limit - (performance.now() - this.#silentSince);
      if (leftMs <= 0) this.#input.onSilence(this.#explain(limit));
      else
        this.#timer = setTimeout(this.#look, Math.min(Math.ceil(leftMs), Math.ceil(limit / LOOKS))).unref();
    }
  };

  #explain(limit: number): GatewayError {
    const { name } = this.#input;
    const message = this.#isAnswered
      ? `${name} sent nothing for ${limit} ms during its reply.`
      : `${name} did not respond within ${limit} ms.`;
    return new GatewayError('timeout', message);
  }
}
