import type { ChatEvent, ChatReply } from '../../canonical/chat.ts';

/** A model at an upstream. */
export interface ModelPlace {
  /** The id of the upstream. */
  readonly upstream: string;
  /** The upstream's own name of the model. */
  readonly model: string;
}

/** What is known of an answer. */
export interface AnswerAbout {
  /**
   * Whose price it spares, with the usage that the reply reports: metrics show what was saved. A function is asked when
   * the reply is over.
   */
  readonly saved?: ModelPlace | (() => ModelPlace | undefined);
}

const ANSWER = Symbol.for('dragoman.Answer');

/** A reply that a hook gives in place of an upstream. {@link answer} makes it. */
export interface Answer {
  readonly [ANSWER]: true;
  readonly reply: ChatReply | AsyncIterable<ChatEvent>;
  readonly about: AnswerAbout;
}

/** Ends a request with a reply of the hook's own: no upstream is called, and nothing is charged. */
export function answer(reply: ChatReply | AsyncIterable<ChatEvent>, about: AnswerAbout = {}): Answer {
  return { [ANSWER]: true, reply, about };
}

/** Recognizes an answer even when it comes from another copy of this package. */
export function isAnswer(value: unknown): value is Answer {
  return typeof value === 'object' && value !== null && ANSWER in value;
}
