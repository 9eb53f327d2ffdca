import type { JsonValue } from '@dragoman/plugin';

/** One request as a fake upstream got it. */
export interface FakeCall {
  /** Resolves when the client goes away before the reply is over. */
  readonly aborted: Promise<void>;
}

/** A server that answers what a test says. The suites of providers drive any of this form. */
export interface FakeUpstream {
  /** Where it listens. */
  readonly url: string;
  /** All calls so far, in the order of their arrival. */
  readonly calls: readonly FakeCall[];
  /** Queues answers; each is given once, in order. */
  reply(...replies: readonly unknown[]): void;
  /** The call number `count`, counted from 1, as soon as it has arrived. Default: the next one. */
  waitForCall(count?: number): Promise<FakeCall>;
  /** The ways in which a network may deliver a reply. */
  deliveries(reply: unknown): readonly Delivery[];
  /** The same reply, after which the upstream is silent; `undefined` for one that does not come in pieces. */
  heldOpen(reply: unknown): unknown;
  /** What a reply says in JSON, and the reply that says something else. `undefined` for one without JSON. */
  messagesOf(reply: unknown): Messages | undefined;
  close(): Promise<void>;
}

/** A reply, and how it comes. */
export interface Delivery {
  /** Such as `in pieces of 7 bytes`. */
  readonly name: string;
  readonly reply: unknown;
}

/** The JSON of a reply. */
export interface Messages {
  readonly values: readonly JsonValue[];
  with(values: readonly JsonValue[]): unknown;
}

/** What a kind of fake upstream answers. */
export type ReplyOf<Upstream extends FakeUpstream> = Upstream extends {
  reply(...replies: readonly (infer Reply)[]): void;
}
  ? Reply
  : never;
