import type { Exchange } from './exchange.ts';

interface Runner<Answer> {
  readonly exchange: Exchange;
  readonly abort: () => void;
  readonly outcome: Promise<{ readonly runner: Runner<Answer>; readonly answer: Answer | undefined }>;
}

/**
 * Parallel attempts, each with its own record; the first that answers wins. The others are aborted, and the winner's
 * record becomes that of the request.
 */
export class Race<Answer> {
  readonly #exchange: Exchange;
  readonly #running = new Set<Runner<Answer>>();

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  start(run: (exchange: Exchange) => Promise<Answer | undefined>): void {
    const { signal, record } = this.#exchange;
    record.attempts += 1;
    const controller = new AbortController();
    const exchange: Exchange = {
      ...this.#exchange,
      signal: AbortSignal.any([signal, controller.signal]),
      record: { ...record, dropped: [] },
    };
    const abort = (): void => controller.abort(new DOMException('Another attempt was faster.', 'AbortError'));
    const runner: Runner<Answer> = {
      exchange,
      abort,
      outcome: run(exchange).then((answer) => ({ runner, answer })),
    };
    // Nobody listens to how a loser ends.
    runner.outcome.catch(() => {});
    this.#running.add(runner);
  }

  /** Resolves to false when one of the running attempts has ended, whichever. */
  async settled(): Promise<false> {
    await Promise.race([...this.#running].map(({ outcome }) => outcome.catch(() => {})));
    return false;
  }

  /** The first answer; `undefined` if there was none. Throws what an attempt throws. */
  async winner(): Promise<Answer | undefined> {
    while (this.#running.size > 0) {
      const { runner, answer } = await this.#next();
      this.#running.delete(runner);
      if (answer === undefined) continue;
      this.#abortAll();
      this.#adopt(runner.exchange);
      return answer;
    }
    return undefined;
  }

  async #next(): Runner<Answer>['outcome'] {
    try {
      return await Promise.race([...this.#running].map(({ outcome }) => outcome));
    } catch (error) {
      this.#abortAll();
      throw error;
    }
  }

  #abortAll(): void {
    for (const { abort } of this.#running) abort();
  }

  /** The reply is still to come, so later notes count, too. */
  #adopt({ record: own }: Exchange): void {
    const { record, onEnd } = this.#exchange;
    const copy = (): void => {
      const { attempts, upstreamMs, dropped, attemptRecords, meters, arrivedAt, ...rest } = own;
      Object.assign(record, rest);
      record.dropped.splice(0, Infinity, ...dropped);
      record.upstreamMs = Math.max(record.upstreamMs, upstreamMs);
    };
    copy();
    onEnd(() => {
      copy();
      return Promise.resolve();
    });
  }
}
