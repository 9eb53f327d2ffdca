import { setImmediate as turn } from 'node:timers/promises';
import type { ChatEvent } from '@dragoman/plugin';
import { GrammarGuard } from '@dragoman/plugin/internal/canonical/grammar';
import { deepFreeze } from '../visit/deep-freeze.ts';
import type { HookDiary } from '../visit/hook-diary.ts';
import { ReplyLedger } from './reply-ledger.ts';
import type { Visit } from '../visit/visit.ts';
import { lateBy } from '../visit/within-limit.ts';
import { WorkTimer } from './work-timer.ts';

type Step = IteratorResult<ChatEvent>;

/** A shadow that is so many events behind is given up. */
const MAX_BEHIND = 10_000;
/** A shadow that never waits yields to others after this many events. */
const EVENTS_OF_TURN = 64;

/** A reply that passes unchanged, while a shadow sees a copy and only its findings are kept. */
export class ShadowEvents implements AsyncIterator<ChatEvent> {
  readonly #source: AsyncIterator<ChatEvent>;
  readonly #copy = new EventQueue();

  constructor(visit: Visit, source: AsyncIterator<ChatEvent>) {
    this.#source = source;
    visit.later(() => watch(visit, this.#copy));
  }

  async next(): Promise<Step> {
    try {
      const step = await this.#source.next();
      if (step.done) this.#copy.end();
      else this.#copy.push(deepFreeze(step.value));
      return step;
    } catch (error) {
      this.#copy.end(error);
      throw error;
    }
  }

  async return(): Promise<Step> {
    this.#copy.end(new DOMException('The reply is not wanted any more.', 'AbortError'));
    await this.#source.return?.();
    return { value: undefined, done: true };
  }
}

async function watch(visit: Visit, copy: EventQueue): Promise<void> {
  if (visit.isSkipped) return;
  const diary = visit.open('reply');
  const { timeoutMs } = visit.hook.config;
  const { promise: late, reject } = Promise.withResolvers<never>();
  late.catch(() => {});
  const timer = new WorkTimer(timeoutMs, () => reject(lateBy(timeoutMs)));
  copy.onWait = (isWaiting) => (isWaiting ? timer.stop() : timer.start());
  timer.start();
  try {
    await Promise.race([follow(visit, copy, diary), late]);
  } catch (error) {
    // What the reply failed with is not the shadow's fault.
    if (!copy.isFailed) visit.recover(error, diary);
  } finally {
    diary.took(timer.end());
  }
}

async function follow(visit: Visit, copy: EventQueue, diary: HookDiary): Promise<void> {
  const { hook, context } = visit;
  const ledger = new ReplyLedger();
  copy.onTake = (event) => ledger.took(event);
  const guard = new GrammarGuard((fault) => {
    throw new TypeError(`reply() yielded an invalid event: ${fault}.`);
  });
  await visit.run(async () => {
    let count = 0;
    for await (const given of hook.hook.reply?.(copy, context) ?? []) {
      const event = guard.take(given, []);
      if (event) ledger.gave(event);
      count += 1;
      if (count % EVENTS_OF_TURN === 0) await turn();
    }
  });
  ledger.end();
  if (ledger.isChanged) diary.replyChanged();
}

/** Events that wait for a shadow. */
class EventQueue implements AsyncIterable<ChatEvent> {
  isFailed = false;
  onTake: (event: ChatEvent) => void = () => {};
  onWait: (isWaiting: boolean) => void = () => {};
  readonly #events: ChatEvent[] = [];
  #isOver = false;
  #failure: unknown;
  #wake: () => void = () => {};

  push(event: ChatEvent): void {
    if (this.#isOver) return;
    this.#events.push(event);
    if (this.#events.length > MAX_BEHIND) {
      this.#isOver = true;
      this.#failure = new Error(`It was ${MAX_BEHIND} events behind the reply.`);
    } else if (event.type === 'finish') this.#isOver = true;
    this.#wake();
  }

  end(failure?: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.isFailed = failure !== undefined;
    this.#failure = failure;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ChatEvent> {
    for (;;) {
      const event = this.#events.shift();
      if (event) {
        this.onTake(event);
        yield event;
        continue;
      }
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#isOver) return;
      this.onWait(true);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.onWait(false);
    }
  }
}
