import type { ModelRequest } from './request.ts';

/** A text of a reply. One string is streamed word by word, a list piece by piece. */
export type Pieces = string | readonly string[];

/** A call of a tool. */
export interface ScriptedCall {
  readonly name: string;
  readonly arguments?: object;
  /** Default: `call_1`, `call_2`, … Gemini sends none. */
  readonly id?: string;
}

/**
 * How a reply ends that does not end well: `error` is an error that the model reports, `truncated` an end without a last
 * event, `cut` a connection that breaks, `silent` one on which nothing more comes. Of a reply that does not stream,
 * nothing comes (`error`, `silent`), or half of its JSON.
 */
export type BadEnd = 'error' | 'truncated' | 'cut' | 'silent';

/** What a model answers, in this order. */
export interface ScriptedAnswer {
  readonly reasoning?: Pieces;
  readonly text?: Pieces;
  readonly refusal?: Pieces;
  /** Calls that are made at once. */
  readonly calls?: readonly ScriptedCall[];
  /** `length`: the reply was too long. Default: `stop`, or that tools are called. */
  readonly finish?: 'length';
  /** Absent: it ends well. */
  readonly ends?: BadEnd;
  /** How long the model waits before it answers, in milliseconds. */
  readonly delayMs?: number;
  /** How long it waits before each event of a stream, in milliseconds. */
  readonly paceMs?: number;
}

/** Errors that all wires know, each in its own words. */
export type ScriptedErrorKind = 'invalid' | 'auth' | 'not-found' | 'rate-limit' | 'broken' | 'overloaded';

/** An error in place of an answer. */
export interface ScriptedError {
  readonly error: ScriptedErrorKind;
  readonly message?: string;
  /** Says when to try again. */
  readonly retryAfterSeconds?: number;
  /** How long the model waits before it fails, in milliseconds. */
  readonly delayMs?: number;
}

/** What a model does with one request. A string is an answer that is only text. */
export type Turn = string | ScriptedAnswer | ScriptedError;

/** A turn, or what to do when the request is known. */
export type TurnOf = Turn | ((request: ModelRequest) => Turn | Promise<Turn>);

/** Which requests a turn is for: those with all this, or those for which the function is true. */
export type RequestMatcher =
  | ((request: ModelRequest) => boolean)
  | {
      readonly wire?: ModelRequest['wire'];
      readonly model?: string | RegExp;
      readonly stream?: boolean;
      /** The last message: all of it, or what the expression finds. */
      readonly says?: string | RegExp;
    };

/** Whether a request is meant. */
export function matches(matcher: RequestMatcher, request: ModelRequest): boolean {
  if (typeof matcher === 'function') return matcher(request);
  const { wire = request.wire, stream = request.stream, model, says } = matcher;
  const isSame = wire === request.wire && stream === request.stream;
  return isSame && fits(model, request.model) && fits(says, request.says);
}

function fits(wanted: string | RegExp | undefined, text: string): boolean {
  if (wanted instanceof RegExp) return text.search(wanted) >= 0;
  return wanted === undefined || wanted === text;
}
