import type { ChatEvent, ChatRequest, MediaPart } from '../canonical/chat.ts';
import type { GatewayError } from '../canonical/errors.ts';
import type { JsonObject, JsonValue } from '../canonical/json.ts';
import type { HeaderMap } from '../transport/http.ts';
import type { AnswerShape } from '../codec/answer.ts';
import type { Capabilities } from './capabilities.ts';
import type { CallContext } from './call-context.ts';
import type { ReplyEnd } from './forward.ts';
import type { StreamDecoder } from '../codec/stream-decoder.ts';

/** What an encoder gives: where to send which body. */
export interface EncodedRequest {
  /** From the upstream's base URL, with a query if it needs one: `/chat/completions`. */
  readonly path: string;
  readonly body: JsonObject;
  readonly headers?: HeaderMap;
}

/** The upstream side of a wire format. All of it is pure. */
export interface UpstreamCodec {
  encodeRequest(request: ChatRequest, context: Pick<CallContext, 'capabilities' | 'drop'>): EncodedRequest;
  /** Whether the wire takes a file by its URL; where it does not, the file is fetched first. Default: it does. */
  takesUrl?(part: MediaPart, capabilities: Capabilities): boolean;
  /** What every whole reply has; others are `upstream-broken`. Default: any object is one. */
  readonly answer?: AnswerShape;
  /** Decodes a whole reply. */
  decodeReply(body: JsonObject, request: ChatRequest): Iterable<ChatEvent>;
  /** Begins to read a stream. The entries of a JSON array, which some servers stream, come as events too. */
  decodeStream(request: ChatRequest): StreamDecoder;
  /** What an error reply, or an error inside a stream, means. `body` is absent when it was not JSON. */
  decodeError(status: number, headers: HeaderMap, body: JsonValue | undefined): GatewayError;
  /** As {@link Forward.readEnd}. */
  readEnd?(wire: string, text: string): ReplyEnd;
}

/** Where an upstream is and how it is talked to. */
export interface HttpUpstream {
  /**
   * Where the paths of the codec begin, as OpenAI's SDKs have it: `https://api.openai.com/v1`. A slash at its
   * end makes no difference; a query (`?api-version=1`) goes along with every request.
   */
  readonly baseUrl: string;
  /** Credentials and whatever else every request carries, in lower case. */
  readonly headers: HeaderMap;
  readonly codec: UpstreamCodec;
}
