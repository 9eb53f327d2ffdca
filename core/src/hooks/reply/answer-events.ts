import { type ChatEvent, GatewayError, type Usage } from '@dragoman/plugin';
import { unfold } from '@dragoman/plugin/internal/canonical/fold';
import { endedEarly, GrammarGuard } from '@dragoman/plugin/internal/canonical/grammar';
import { scopeRunner } from '../../registry/containment/plugin-scope.ts';
import type { Answered, Visit } from '../visit/visit.ts';

type Step = IteratorResult<ChatEvent>;

const OVER: Step = { value: undefined, done: true };

/** Computes what an answer spared, in US dollars; `undefined` if the price is unknown. */
export type CostOf = (
  usage: Usage,
  place: { readonly upstream: string; readonly model: string },
) => number | undefined;

/**
 * The events of a hook's answer, checked and for as long as the request lasts. They may wait as long as they like: for
 * the reply to an equal request, for example. Its `GatewayError`s are the client's; other errors are the hook's failure.
 */
export class AnswerEvents implements AsyncIterator<ChatEvent> {
  readonly #visit: Visit;
  readonly #answered: Answered;
  readonly #costOf: CostOf;
  readonly #asHook: ReturnType<typeof scopeRunner>;
  readonly #guard = new GrammarGuard((fault) => {
    throw new TypeError(`The answer has an invalid event: ${fault}.`);
  });
  #source: AsyncIterator<unknown> | Iterator<unknown> | undefined;
  #usage: Usage | undefined;
  #isOver = false;
  #fail: (error: unknown) => void = () => {};

  constructor(visit: Visit, answered: Answered, costOf: CostOf) {
    this.#visit = visit;
    this.#answered = answered;
    this.#costOf = costOf;
    this.#asHook = scopeRunner(visit.hook.scope);
    visit.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  async next(): Promise<Step> {
    if (this.#isOver) return OVER;
    try {
      const step = await this.#step();
      if (step.done) throw endedEarly();
      const value = this.#guard.take(step.value, []);
      if (!value) return await this.next();
      if ('usage' in value && value.usage) this.#usage = { ...this.#usage, ...value.usage };
      if (value.type === 'finish') this.#finish();
      return { value, done: false };
    } catch (error) {
      void this.return();
      if (GatewayError.is(error) && !this.#visit.signal.aborted) throw error;
      this.#visit.recover(error, this.#answered.diary, { isTooLate: true });
      throw GatewayError.from(error);
    }
  }

  return(): Promise<Step> {
    if (!this.#isOver) this.#end();
    return Promise.resolve(OVER);
  }

  #step(): Promise<IteratorResult<unknown>> {
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      if (this.#visit.signal.aborted) this.#onAbort();
      const next = async (): Promise<IteratorResult<unknown>> => (this.#source ??= this.#open()).next();
      this.#asHook(next).then(resolve, reject);
    });
  }

  #open(): AsyncIterator<unknown> | Iterator<unknown> {
    const { reply } = this.#answered.answer;
    if (Symbol.asyncIterator in reply) return reply[Symbol.asyncIterator]();
    return unfold(reply);
  }

  #finish(): void {
    const { answer, diary } = this.#answered;
    const { saved } = answer.about;
    const place = typeof saved === 'function' ? this.#asHook(saved) : saved;
    const cost = place && this.#usage && this.#costOf(this.#usage, place);
    if (cost !== undefined) diary.saved(cost);
    this.#end();
  }

  #end(): void {
    this.#isOver = true;
    this.#visit.signal.removeEventListener('abort', this.#onAbort);
    const close = async (): Promise<unknown> => this.#source?.return?.();
    this.#asHook(close).then(undefined, () => {});
  }

  readonly #onAbort = (): void => this.#fail(this.#visit.signal.reason);
}
