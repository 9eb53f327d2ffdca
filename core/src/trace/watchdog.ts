export interface WatchdogInput {
  /** How long the other side may say nothing, in milliseconds. */
  readonly patienceMs: number;
  /** Whether anything is waited for. */
  readonly isWaiting: () => boolean;
  readonly onSilence: (silentMs: number) => void;
}

/** Time is counted in steps: a pause of this thread is one step, however long it was, and not the other's fault. */
const STEPS = 5;

/** Notices when another thread gives no sign of life while something is asked of it. Idle, it takes no time. */
export class Watchdog {
  readonly #input: WatchdogInput;
  #patienceMs: number;
  #silentMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(input: WatchdogInput) {
    this.#input = input;
    this.#patienceMs = input.patienceMs;
  }

  /** Something was asked of the other side. */
  watch(): void {
    if (this.#timer) return;
    this.#silentMs = 0;
    const stepMs = this.#input.patienceMs / STEPS;
    this.#timer = setInterval(() => this.#step(stepMs), stepMs).unref();
  }

  /** A sign of life; with it, the other side may say that the next one will take longer. */
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
