import type { JsonObject } from '@dragoman/plugin';

/** What a test asks, in words that every protocol can say. */
export interface Question {
  readonly model: string;
  readonly stream: boolean;
  readonly text: string;
  /** A PNG, as base64. */
  readonly image?: string;
  readonly tools?: readonly { readonly name: string; readonly schema: JsonObject }[];
  readonly wantsReasoning?: boolean;
  /** The schema that the answer must follow. */
  readonly answerSchema?: JsonObject;
}

/** What the official SDK made of the answer. */
export interface Answer {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly { readonly name: string; readonly args: unknown }[];
  readonly finish: string;
  readonly tokens: { readonly input: number; readonly output: number };
}

export interface Gateway {
  readonly url: string;
  readonly key: string;
}

/** One official SDK. Throws what it throws. */
export interface Client {
  readonly name: string;
  /** How the SDK names the end of an answer, and the end of one that calls tools. */
  readonly finishes: { readonly stop: string; readonly calls: string };
  connect(gateway: Gateway): (question: Question) => Promise<Answer>;
}
