import { setImmediate } from 'node:timers';
import type { CallContext, ChatEvent, GatewayError } from '@dragoman/plugin';
import { endedEarly, GrammarGuard } from '@dragoman/plugin/internal/canonical/grammar';
import { scopeRunner } from '../../registry/containment/plugin-scope.ts';
import type { UpstreamCall } from '../call.ts';
import { providerFailure } from './provider-failure.ts';

/** A provider that never waits yields to others after this long. */
const TURN_MS = 5;
/** The clock is read after this many events. */
const EVENTS_OF_TURN = 64;

/**
 * The events of a provider's reply, ready to pass on: repaired, bounded in size, and for as long as the call lasts,
 * whatever the provider does. At the end, the call is released and the provider abandoned. Written by hand: the cost of
 * a generator or a race would be paid for every event.
 */
export function replyEvents(
  call: UpstreamCall,
  chat: Chat,
  transform: Transform = (event) => event,
): AsyncIterator<ChatEvent> {
  return new ReplyEvents(call, chat, transform);
}

type Chat = (context: CallContext) => AsyncIterable<ChatEvent>;
/** Sees each event before it is passed on, and may replace it. */
type Transform = (event: ChatEvent) => ChatEvent;

type Step = IteratorResult<ChatEvent>;

const OVER: Step = { value: undefined, done: true };

class ReplyEvents implements AsyncIterator<ChatEvent> {
  readonly #call: UpstreamCall;
  readonly #chat: Chat;
  readonly #transform: Transform;
  readonly #guard: GrammarGuard;
  /** Events taken but not emitted yet. */
  readonly #ready: ChatEvent[] = [];
  readonly #asProvider: ReturnType<typeof scopeRunner>;
  #source: AsyncIterator<unknown> | undefined;
  #isOver = false;
  #resolve: (step: Step) => void = () => {};
  #reject: (error: unknown) => void = () => {};
  #events = 0;
  #turnAt = performance.now();
  #isWaited = false;
  #failure: GatewayError | undefined;

  constructor(call: UpstreamCall, chat: Chat, transform: Transform) {
    this.#call = call;
    this.#chat = chat;
    this.#transform = transform;
    this.#asProvider = scopeRunner(call.upstream.scope);
    this.#guard = new GrammarGuard((fault) => call.fault(fault));
    call.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  next(): Promise<Step> {
    const ready = this.#ready.length > 0 ? this.#ready.shift() : undefined;
    if (ready) return Promise.resolve({ value: ready, done: false });
    if (this.#isOver) return this.#afterEnd();
    return new Promise(this.#wait);
  }

  return(): Promise<Step> {
    this.#end();
    return Promise.resolve(OVER);
  }

  // It may have ended while nobody waited.
  #afterEnd(): Promise<Step> {
    const failure = this.#failure;
    this.#failure = undefined;
    return failure === undefined ? Promise.resolve(OVER) : Promise.reject(failure);
  }

  readonly #wait = (resolve: (step: Step) => void, reject: (error: unknown) => void): void => {
    this.#resolve = resolve;
    this.#reject = reject;
    this.#isWaited = true;
    this.#call.silence.wait();
    this.#step();
  };

  /** Takes the next event, after yielding to others if due. */
  readonly #step = (): void => {
    if (this.#isOver) return;
    this.#events += 1;
    if (this.#events % EVENTS_OF_TURN === 0) {
      const now = performance.now();
      const isDue = now - this.#turnAt > TURN_MS;
      if (isDue) {
        this.#turnAt = now;
        setImmediate(this.#step);
        return;
      }
    }
    try {
      // Each step, since a generator runs in the scope of whoever calls it.
      Promise.resolve(this.#asProvider(this.#ask)).then(this.#onStep, this.#onError);
    } catch (error) {
      this.#onError(error);
    }
  };

  readonly #ask = (): Promise<IteratorResult<unknown>> => (this.#source ??= this.#open()).next();

  #open(): AsyncIterator<unknown> {
    this.#call.signal.throwIfAborted();
    const returned: unknown = this.#chat(this.#call.context);
    const source = (returned as Partial<AsyncIterable<unknown>> | undefined)?.[Symbol.asyncIterator]?.();
    if (!source) throw new TypeError('chat() did not return an async iterable of events.');
    return source;
  }

  readonly #onStep = (step: IteratorResult<unknown>): void => {
    if (this.#isOver) return;
    try {
      this.#call.silence.answered();
      if (step.done) throw endedEarly();
      const event = this.#guard.take(step.value, this.#ready);
      if (!event) {
        this.#step();
        return;
      }
      const value = this.#ready.length > 0 ? this.#afterMissing(event) : this.#transform(event);
      if (this.#guard.isFinished) this.#end();
      this.#call.silence.rest();
      this.#isWaited = false;
      this.#resolve({ value, done: false });
    } catch (error) {
      this.#onError(error);
    }
  };

  /** Missing block ends come before the event that revealed them. */
  #afterMissing(event: ChatEvent): ChatEvent {
    const all = [...this.#ready, event].map(this.#transform);
    this.#ready.splice(0, Infinity, ...all.slice(1));
    return all[0] ?? event;
  }

  readonly #onError = (error: unknown): void => {
    if (this.#isOver) return;
    const { upstream, signal } = this.#call;
    this.#end();
    const failure = providerFailure(error, upstream, signal);
    if (!this.#isWaited) this.#failure = failure;
    this.#reject(failure);
  };

  readonly #onAbort = (): void => this.#onError(this.#call.signal.reason);

  /** Abandons the provider, which may finish in its own time. */
  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#call.signal.removeEventListener('abort', this.#onAbort);
    this.#call.release();
    try {
      Promise.resolve(this.#asProvider(() => this.#source?.return?.())).then(undefined, () => {});
    } catch {
      // It is over: errors in its clean-up change nothing.
    }
  }
}
