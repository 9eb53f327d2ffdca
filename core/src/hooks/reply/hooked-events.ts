import { setImmediate as turn } from 'node:timers/promises';
import type { ChatEvent } from '@dragoman/plugin';
import { GrammarGuard } from '@dragoman/plugin/internal/canonical/grammar';
import { scopeRunner } from '../../registry/containment/plugin-scope.ts';
import { deepFreeze } from '../visit/deep-freeze.ts';
import type { HookDiary } from '../visit/hook-diary.ts';
import { ReplyLedger } from './reply-ledger.ts';
import type { Visit } from '../visit/visit.ts';
import { lateBy } from '../visit/within-limit.ts';
import { WorkTimer } from './work-timer.ts';

type Step = IteratorResult<ChatEvent>;

/** How a hook is let go: it returns early, or goes on to its own end. */
type LastStep = (hooked: AsyncIterator<unknown>) => unknown;

const OVER: Step = { value: undefined, done: true };

/** A hook that never waits yields to others after this many events, if it took this long. */
const EVENTS_OF_TURN = 64;
const TURN_MS = 5;

/**
 * A reply on its way through one hook. What the hook gives is checked; its own work is limited in time, but not what it
 * waits for. If it fails, the rest goes on without it where its rule says so and nothing was changed yet; else the reply
 * fails.
 */
export class HookedEvents implements AsyncIterator<ChatEvent> {
  readonly #visit: Visit;
  readonly #source: AsyncIterator<ChatEvent>;
  readonly #diary: HookDiary;
  readonly #ledger = new ReplyLedger();
  readonly #guard: GrammarGuard;
  readonly #timer: WorkTimer;
  readonly #asHook: ReturnType<typeof scopeRunner>;
  /** Events that were taken or repaired, and not emitted yet. */
  readonly #ready: ChatEvent[] = [];
  #hooked: AsyncIterator<unknown> | undefined;
  /** Rejects while the hook works, when its time is up or the request is over. */
  #fail: (error: unknown) => void = () => {};
  #sourceFailure: { readonly error: unknown } | undefined;
  #isWithoutHook = false;
  #isOver = false;
  #isAtWork = false;
  /** How many events of the reply the hook waits for. It may do so between its steps, too. */
  #awaited = 0;
  #isClosed = false;
  #events = 0;
  #turnAt = performance.now();

  constructor(visit: Visit, source: AsyncIterator<ChatEvent>) {
    this.#visit = visit;
    this.#source = source;
    this.#diary = visit.open('reply');
    this.#asHook = scopeRunner(visit.hook.scope);
    this.#guard = new GrammarGuard((fault) => {
      throw new TypeError(`reply() yielded an invalid event: ${fault}.`);
    });
    const { timeoutMs } = visit.hook.config;
    this.#timer = new WorkTimer(timeoutMs, () => this.#fail(lateBy(timeoutMs)));
    visit.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  async next(): Promise<Step> {
    for (;;) {
      const ready = this.#ready.shift();
      if (ready) return this.#emit(ready);
      if (this.#isOver) return OVER;
      if (this.#isWithoutHook) return this.#source.next();
      try {
        const event = await this.#take();
        if (event) return this.#emit(event);
      } catch (error) {
        this.#recover(error);
      }
    }
  }

  /** The reply is not wanted any more. Waits for the hook, which may read on in its clean-up. */
  async return(): Promise<Step> {
    await this.#end((hooked) => hooked.return?.());
    return OVER;
  }

  #emit(value: ChatEvent): Step {
    // Its client need not wait for what the hook does after its last event.
    if (value.type === 'finish') this.#visit.onEnd(this.#end((hooked) => hooked.next()));
    return { value, done: false };
  }

  async #take(): Promise<ChatEvent | undefined> {
    this.#events += 1;
    if (this.#events % EVENTS_OF_TURN === 0 && performance.now() - this.#turnAt > TURN_MS) {
      await turn();
      this.#turnAt = performance.now();
    }
    const step = await this.#step();
    if (this.#sourceFailure) throw this.#sourceFailure.error;
    if (step.done) throw new Error('reply() ended before the finish.');
    const missing: ChatEvent[] = [];
    const event = this.#guard.take(step.value, missing);
    if (event) this.#ledger.gave(event);
    if (event?.type === 'finish') this.#ledger.end();
    return event;
  }

  /** The hook's next step, unless its time is up. */
  #step(): Promise<IteratorResult<unknown>> {
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      this.#work(true);
      const settle = (): void => this.#work(false);
      try {
        Promise.resolve(this.#asHook(() => (this.#hooked ??= this.#open()).next()))
          .finally(settle)
          .then(resolve, reject);
      } catch (error) {
        settle();
        reject(error);
      }
    });
  }

  #open(): AsyncIterator<unknown> {
    const { hook, context } = this.#visit;
    const given: AsyncIterable<ChatEvent> = { [Symbol.asyncIterator]: () => ({ next: this.#give }) };
    const returned: unknown = hook.hook.reply?.(given, context);
    const hooked = (returned as Partial<AsyncIterable<unknown>> | undefined)?.[Symbol.asyncIterator]?.();
    if (!hooked) throw new TypeError('reply() did not return an async iterable of events.');
    return hooked;
  }

  /** The hook waits for the reply meanwhile. */
  readonly #give = async (): Promise<Step> => {
    if (this.#isClosed || this.#isWithoutHook) return OVER;
    this.#wait(1);
    try {
      const step = await this.#source.next();
      if (!step.done) this.#ledger.took(deepFreeze(step.value));
      return step;
    } catch (error) {
      this.#sourceFailure = { error };
      throw error;
    } finally {
      this.#wait(-1);
    }
  };

  #work(isAtWork: boolean): void {
    this.#isAtWork = isAtWork;
    this.#wait(0);
  }

  /** Only what the hook itself takes counts, not what it waits for. */
  #wait(change: number): void {
    this.#awaited += change;
    if (this.#isAtWork && this.#awaited === 0) this.#timer.start();
    else this.#timer.stop();
  }

  #recover(error: unknown): void {
    if (this.#sourceFailure) {
      void this.#end((hooked) => hooked.return?.());
      throw this.#sourceFailure.error;
    }
    try {
      this.#visit.recover(error, this.#diary, { isTooLate: this.#ledger.isChanged });
    } catch (failure) {
      void this.#end((hooked) => hooked.return?.());
      throw failure;
    }
    this.#isWithoutHook = true;
    this.#ready.push(...this.#ledger.held);
    void this.#close((hooked) => hooked.return?.());
  }

  async #end(last: LastStep): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#ledger.isChanged) this.#diary.replyChanged();
    if (!this.#isWithoutHook) await this.#close(last);
    await this.#source.return?.();
  }

  /** Lets the hook end in its own way and time, within its limit. Errors change nothing any more. */
  async #close(last: LastStep): Promise<void> {
    const hooked = this.#hooked;
    await new Promise<void>((resolve) => {
      this.#fail = () => resolve();
      this.#work(true);
      const close = async (): Promise<unknown> => (hooked ? last(hooked) : undefined);
      this.#asHook(close).then(
        () => resolve(),
        () => resolve(),
      );
    });
    this.#isClosed = true;
    this.#work(false);
    this.#diary.took(this.#timer.end());
    this.#visit.signal.removeEventListener('abort', this.#onAbort);
  }

  readonly #onAbort = (): void => this.#fail(this.#visit.signal.reason);
}
