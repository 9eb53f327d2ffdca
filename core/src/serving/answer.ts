import {
  type ChatEndpoint,
  type ChatEvent,
  type EncodeContext,
  GatewayError,
  type HeaderMap,
} from '@dragoman/plugin';
import type { HoldBounds } from '../config/routing.ts';
import type { Exchange } from '../routing/exchange.ts';
import type { Reply } from '../routing/reply.ts';
import { encodeReply } from './encode-reply.ts';
import { holdEvents } from './hold.ts';
import { type Keep, kept } from './keep-reply.ts';

export interface AnswerInput {
  readonly endpoint: ChatEndpoint;
  readonly context: EncodeContext;
  readonly stream: boolean;
  /** As the client named it. */
  readonly model: string;
  readonly hold: HoldBounds;
  readonly keep?: Keep;
  readonly headers: () => HeaderMap;
}

/** Replies with a hook's answer, in place of an upstream's. */
export async function serveAnswer(
  { record }: Pick<Exchange, 'record'>,
  answer: AsyncIterator<ChatEvent>,
  input: AnswerInput,
): Promise<Reply> {
  record.isSpared = true;
  const named = new NamedEvents(answer, input.model);
  const events = await holdEvents(input.keep ? kept(named, input.keep) : named, input.hold);
  record.ttftMs = performance.now() - record.arrivedAt;
  return encodeReply(events, {
    ...input,
    fail(error) {
      const failure = GatewayError.from(error);
      record.errorKind = failure.kind;
      return failure;
    },
  });
}

/** A reply that names the model as the client did. */
class NamedEvents implements AsyncIterator<ChatEvent> {
  readonly #events: AsyncIterator<ChatEvent>;
  readonly #model: string;

  constructor(events: AsyncIterator<ChatEvent>, model: string) {
    this.#events = events;
    this.#model = model;
  }

  async next(): Promise<IteratorResult<ChatEvent>> {
    const step = await this.#events.next();
    if (step.done || step.value.type !== 'start') return step;
    return { value: { ...step.value, model: this.#model }, done: false };
  }

  async return(): Promise<IteratorResult<ChatEvent>> {
    await this.#events.return?.();
    return { value: undefined, done: true };
  }
}
