import type { ChatEvent, ChatRequest, MediaPart } from '../canonical/chat.ts';
import type { GatewayError } from '../canonical/errors.ts';
import type { JsonObject, JsonValue } from '../canonical/json.ts';
import type { HeaderMap } from '../transport/http.ts';
import type { AnswerShape } from '../codec/answer.ts';
import type { Capabilities } from './capabilities.ts';
import type { Framing } from '../transport/framing.ts';
import type { CallContext } from './call-context.ts';
import type { Credentials } from './credentials.ts';
import type { ReplyEnd } from './forward.ts';
import type { StreamDecoder } from '../codec/stream-decoder.ts';

/** An encoded request: where to send which body. */
export interface EncodedRequest {
  /** Relative to the base URL, with a query if needed: `/chat/completions`. */
  readonly path: string;
  readonly body: JsonObject;
  readonly headers?: HeaderMap;
}

/** The upstream side of a wire format. All of it is pure. */
export interface UpstreamCodec {
  encodeRequest(request: ChatRequest, context: Pick<CallContext, 'capabilities' | 'drop'>): EncodedRequest;
  /** Whether the wire takes a file by URL; if not, it is fetched first. Default: it does. */
  takesUrl?(part: MediaPart, capabilities: Capabilities): boolean;
  /** Changes each JSON object of a reply, whole or in a stream, before anything else reads it. Default: unchanged. */
  readonly replyOut?: (body: JsonObject) => JsonObject;
  /** What every whole reply has; others are `upstream-broken`. Default: any object is valid. */
  readonly answer?: AnswerShape;
  /** Decodes a whole reply. */
  decodeReply(body: JsonObject, request: ChatRequest): Iterable<ChatEvent>;
  /** Decodes a stream. The entries of a JSON array, which some servers stream, arrive as events, too. */
  decodeStream(request: ChatRequest): StreamDecoder;
  /** Decodes an error reply, or an error inside a stream. `body` is absent if it was not JSON. */
  decodeError(status: number, headers: HeaderMap, body: JsonValue | undefined): GatewayError;
  /** As in {@link Forward.readEnd}. */
  readEnd?(wire: string, text: string): ReplyEnd;
}

/** The address of an upstream and the headers of its requests. */
export interface HttpUpstream {
  /**
   * Where the codec's paths begin, as in OpenAI's SDKs: `https://api.openai.com/v1`. A trailing slash makes no
   * difference; a query (`?api-version=1`) is added to every request.
   */
  readonly baseUrl: string;
  /** Credentials and other headers of every request, in lower case; or a function that tells them for a call. */
  readonly headers: HeaderMap | ((context: CallContext) => HeaderMap | Promise<HeaderMap>);
  /** Credentials that change. If the upstream refuses one with 401, it is renewed and the request is repeated, once. */
  readonly auth?: Credentials | undefined;
  readonly codec: UpstreamCodec;
  /**
   * How its streams are framed. Default `auto`: by their content type and first character. Set it for a server whose
   * content types are wrong.
   */
  readonly framing?: Framing | 'auto' | undefined;
}
