/** The fast path: a client's bytes pass through to an upstream that speaks the same wire. */
import type { ChatEvent, Usage } from '../canonical/chat.ts';
import type { GatewayError } from '../canonical/errors.ts';
import type { JsonObject } from '../canonical/json.ts';
import type { AnswerShape } from '../codec/answer.ts';
import type { StreamDecoder } from '../codec/stream-decoder.ts';
import type { HeaderMap, HttpReply } from '../transport/http.ts';
import type { CallContext } from './call-context.ts';

/** A client's request as it came, for an upstream that speaks the same wire. */
export interface RawRequest {
  /** The wire of the endpoint that was called, such as `openai-chat`. */
  readonly wire: string;
  /** In upper case: `POST`. */
  readonly method: string;
  /** The path, without the query: `/v1/chat/completions`. */
  readonly path: string;
  /** The query without `?` and without credentials; empty when there is none. */
  readonly query: string;
  /** As the client sent them, its credentials included: pass on only what the upstream may see. Lower-case names. */
  readonly headers: HeaderMap;
  /** Absent where the request has none. */
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>;
}

/** Reads the replies of a wire. */
export interface ReplyReader {
  /** Decodes a whole reply. */
  decodeReply(body: JsonObject): Iterable<ChatEvent>;
  /** Creates a decoder for one stream. */
  decodeStream(): StreamDecoder;
}

/** How an upstream takes requests of its own wires unchanged. */
export interface Forward {
  /** The wires that this upstream takes unchanged, such as `openai-chat`. */
  readonly wires: readonly string[];
  /**
   * Sends the bytes on with the upstream's credentials. Body and query already hold the upstream's own model names;
   * a path that names a model must be rewritten to `model`, which is absent where the request names none.
   */
  send(request: RawRequest, model: string | undefined, context: CallContext): Promise<HttpReply>;
  /** Additional reply headers to pass on. A name that ends with `-` is a prefix. */
  readonly replyHeaders?: readonly string[];
  /** Reads an upstream's error reply. `text` is at most a few KiB and may be anything, HTML included. */
  decodeError(status: number, headers: HeaderMap, text: string): GatewayError;
  /**
   * By wire, what every whole reply to a request for an answer has. Others are `upstream-broken` and may fail over. A
   * wire that is not listed may reply with any JSON.
   */
  readonly answers?: Readonly<Record<string, AnswerShape>>;
  /**
   * Returns the reader of a wire's replies. The gateway reads the beginning of a stream with it, so that a stream
   * that fails before its first content can be replaced, and counts tokens where an upstream did not. `undefined`
   * for wires whose first byte counts as content.
   */
  reader?(wire: string): ReplyReader | undefined;
  /** Judges a finished reply from a copy: the whole JSON text, or the last bytes of a stream. */
  readEnd?(wire: string, text: string): ReplyEnd;
}

/** What the end of a reply shows. */
export interface ReplyEnd {
  /** The upstream's usage, if the reply has it. */
  readonly usage?: Usage;
  /** Whether a stream gave a finish reason. One that did not was cut off, however cleanly its connection closed. */
  readonly isComplete: boolean;
  /** Whether a stream itself reported a failure to its client. */
  readonly isFailed?: boolean;
}
