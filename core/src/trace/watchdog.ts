import type { Pulse } from './pulse.ts';

export interface WatchdogInput {
  /** The other thread's pulse. It says how long that thread may stay silent. */
  readonly pulse: Pick<Pulse, 'beats' | 'allowanceMs'>;
  /** How often to look, in milliseconds. */
  readonly stepMs: number;
  /** Whether the other thread has work. */
  readonly isWaiting: () => boolean;
  readonly onSilence: (silentMs: number) => void;
}

/**
 * Detects that another thread stays silent while it has work. Free while that thread is idle. Silence is counted in
 * timer ticks: however long this thread itself is blocked, it counts as one tick.
 */
export class Watchdog {
  readonly #input: WatchdogInput;
  #beats = 0;
  #silentMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(input: WatchdogInput) {
    this.#input = input;
  }

  /** Starts watching, as the other thread was given work. */
  watch(): void {
    if (this.#timer) return;
    this.#silentMs = 0;
    this.#beats = this.#input.pulse.beats;
    this.#timer = setInterval(() => this.#step(), this.#input.stepMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #step(): void {
    const { pulse, stepMs, isWaiting, onSilence } = this.#input;
    if (!isWaiting()) {
      this.stop();
      return;
    }
    const { beats } = pulse;
    this.#silentMs = beats === this.#beats ? this.#silentMs + stepMs : 0;
    this.#beats = beats;
    if (this.#silentMs < pulse.allowanceMs) return;
    this.stop();
    onSilence(this.#silentMs);
  }
}
