export interface WatchdogInput {
  /** How long the other thread may stay silent, in milliseconds. */
  readonly patienceMs: number;
  /** Whether the other thread has work. */
  readonly isWaiting: () => boolean;
  readonly onSilence: (silentMs: number) => void;
}

/** Silence is counted in timer ticks: when this thread itself is blocked, that counts as one tick. */
const STEPS = 5;

/** Detects that another thread stays silent while it has work. Costs nothing while that thread is idle. */
export class Watchdog {
  readonly #input: WatchdogInput;
  #patienceMs: number;
  #silentMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(input: WatchdogInput) {
    this.#input = input;
    this.#patienceMs = input.patienceMs;
  }

  /** Starts watching, as the other thread was given work. */
  watch(): void {
    if (this.#timer) return;
    this.#silentMs = 0;
    const stepMs = this.#input.patienceMs / STEPS;
    this.#timer = setInterval(() => this.#step(stepMs), stepMs).unref();
  }

  /** The other thread sent a message, and may stay silent for `patienceMs` until the next. */
  sign(patienceMs = this.#input.patienceMs): void {
    this.#silentMs = 0;
    this.#patienceMs = patienceMs;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #step(stepMs: number): void {
    if (!this.#input.isWaiting()) {
      this.stop();
      return;
    }
    this.#silentMs += stepMs;
    if (this.#silentMs < this.#patienceMs) return;
    this.stop();
    this.#input.onSilence(this.#silentMs);
  }
}
