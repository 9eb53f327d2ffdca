import { GatewayError } from '../canonical/errors.ts';
import type { Timeouts } from '../config/upstream.ts';

export interface SilenceInput {
  readonly timeouts: Pick<Timeouts, 'headersMs' | 'idleMs'>;
  /** The name of the upstream in errors. */
  readonly name: string;
  readonly onSilence: (error: GatewayError) => void;
}

/**
 * Watches that an upstream says something while somebody waits for it, whatever it is connected by: within `headersMs`
 * at first, within `idleMs` from then on. A sign of life costs a look at the clock; the timer that looks for them is
 * set again only when it has run out.
 */
export class SilenceWatch {
  readonly #input: SilenceInput;
  #timer: NodeJS.Timeout | undefined;
  #heardAt = 0;
  #isAnswered = false;
  #isWaiting = false;

  constructor(input: SilenceInput) {
    this.#input = input;
  }

  /** Somebody begins to wait for the upstream. */
  wait(): void {
    this.#isWaiting = true;
    this.#heardAt = performance.now();
    this.#timer ??= this.#lookIn(this.#limit);
  }

  /** There was a sign of life. */
  heard(): void {
    if (this.#timer) this.#heardAt = performance.now();
  }

  /** The upstream has begun to answer. */
  answered(): void {
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    if (this.#timer) this.#restart();
  }

  /** Nobody waits at the moment: a slow client is not the upstream's fault. */
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

  #restart(): void {
    clearTimeout(this.#timer);
    this.#heardAt = performance.now();
    this.#timer = this.#lookIn(this.#limit);
  }

  #lookIn(ms: number): NodeJS.Timeout {
    return setTimeout(this.#look, ms).unref();
  }

  readonly #look = (): void => {
    this.#timer = undefined;
    if (!this.#isWaiting) return;
    const limit = this.#limit;
    const silentMs = performance.now() - this.#heardAt;
    // Timers may run out a little early by this clock.
    if (silentMs < limit - 1) this.#timer = this.#lookIn(limit - silentMs);
    else this.#input.onSilence(this.#explain(limit));
  };

  #explain(limit: number): GatewayError {
    const { name } = this.#input;
    const message = this.#isAnswered
      ? `${name} fell silent for ${limit} ms in the middle of its answer.`
      : `${name} took too long to answer: nothing came within ${limit} ms.`;
    return new GatewayError('timeout', message);
  }
}
