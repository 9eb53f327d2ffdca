/** What a protocol is: the wire format that clients speak, as a list of endpoints. */
import type { ChatEvent, ChatReply, ChatRequest } from '../canonical/chat.ts';
import type { EmbedReply, EmbedRequest } from '../canonical/embed.ts';
import type { GatewayError } from '../canonical/errors.ts';
import type { JsonObject, JsonValue } from '../canonical/json.ts';
import type { Model } from '../canonical/models.ts';
import type { OpaqueBox } from '../codec/opaque.ts';
import type { Framing } from '../transport/framing.ts';
import type { HeaderMap } from '../transport/http.ts';
import type { ConversationRules } from './conversation-rules.ts';
import type { ProtocolClient } from './protocol-client.ts';
import type { CredentialPlaces } from './wire-facts.ts';

/** What an endpoint decodes. */
export interface RequestInput {
  /** The parsed body; an empty object where the request has none. */
  readonly body: JsonObject;
  /** The values of the path's parameters, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** The query, credentials included. */
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: HeaderMap;
  /** Opens what was sealed for a client by {@link EncodeContext.opaque}. */
  readonly opaque: OpaqueBox;
}

/** The context of an encoder. */
export interface EncodeContext {
  /** The request that is answered. */
  readonly request: ChatRequest;
  /** An id for the reply if the upstream gave none. */
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
  /** Seals state of another protocol's upstream, for the client to keep and send back. */
  readonly opaque: OpaqueBox;
  /** Whether the reply should have been kept but could not be. Known before its last event. */
  readonly storeFailed?: boolean;
}

/** Where the bodies of a wire name models, besides their own `model`. */
export interface ModelPlaces {
  /** Such as `models[]` and `tools[].model`. */
  readonly fields: readonly string[];
  /**
   * Places that hold content of any form, such as `messages` and `metadata`. For keys limited to certain models, any
   * other field whose name contains `model` or `fallback` is taken to name models.
   */
  readonly content?: readonly string[];
  /** The prefix of names in bodies: `models/`. */
  readonly prefix?: string;
}

/** What all endpoints have. */
interface EndpointBase {
  /** The path in @koa/router's syntax: `/v1/models/:model`. */
  readonly path: string;
  /** Where else its bodies name models. A key must be allowed to use every one of them. */
  readonly models?: ModelPlaces;
  /** The name of this endpoint's format, such as `openai-chat`. Upstreams that forward it get the bytes. */
  readonly wire: string;
  /** One line of documentation: what the endpoint does. */
  readonly summary: string;
}

/** How an endpoint streams. */
export interface StreamForm {
  /** How the stream is cut into messages. Default: `sse`. */
  readonly framing?: Framing;
  /** The `content-type` of the reply. Default: that of the framing. */
  readonly contentType?: string;
  /** What clients ignore, sent while an upstream is silent. Default: that of the framing. */
  readonly keepAlive?: string;
  /** Writes a stream as text frames, each of whole messages. The events follow the grammar of `ChatEvent`. */
  encodeStream(events: AsyncIterable<ChatEvent>, context: EncodeContext): AsyncIterable<string>;
  /** Writes an error of the upstream after the stream has begun. */
  encodeStreamError(error: GatewayError, context: EncodeContext): string;
}

/** A conversation that a model answers. */
export interface ChatEndpoint extends EndpointBase, StreamForm {
  readonly operation: 'chat';
  readonly method: 'POST';
  /**
   * What routing needs to know of a request, without decoding the rest: bytes that pass through are the upstream's to
   * judge. If it is absent or returns `undefined`, the request is decoded.
   */
  peek?(input: RequestInput): Pick<ChatRequest, 'model' | 'stream'> | undefined;
  /** Reads a request. Throws a `GatewayError` of kind `invalid` that names the field. */
  decodeRequest(input: RequestInput): ChatRequest;
  /** Writes a whole reply. */
  encodeReply(reply: ChatReply, context: EncodeContext): JsonObject;
  /** Whether clients may lose upstream signatures. The gateway then remembers them for a while. */
  readonly losesState?: boolean;
  /**
   * For wires whose requests may refer by id to what an upstream keeps: whether the upstream keeps the reply to this
   * request under the reply's id. Such an id then belongs to the client's key.
   */
  keepsReply?(body: JsonObject): boolean;
  /** Which fields of such a reply hold more ids. */
  readonly keepsPart?: KeepsPart;
  /** The field, if set, that makes the upstream work on after its reply, which the gateway cannot count. */
  answersLater?(body: JsonObject): string | undefined;
  /** How the gateway keeps conversations of this protocol. */
  readonly conversation?: ConversationRules;
  /** How this request streams, if not like the endpoint's others. */
  streamForm?(input: RequestInput): StreamForm | undefined;
}

/**
 * Whether a field of a kept reply holds the id of something that the upstream keeps with it, such as an output item.
 * Called only for fields named `id` or `…_id`. Such ids belong to the client's key, too, so they must not include ids
 * that a client may have from elsewhere.
 */
export type KeepsPart = (field: string, id: string) => boolean;

/** Counts the tokens of a prompt. */
export interface CountTokensEndpoint extends EndpointBase {
  readonly operation: 'count-tokens';
  readonly method: 'POST';
  /** How requests continue from replies that the gateway keeps. */
  readonly conversation?: ConversationRules;
  /** Reads the request whose tokens to count. */
  decodeRequest(input: RequestInput): ChatRequest;
  /** Writes the answer. */
  encodeCount(tokens: number): JsonObject;
}

/** Turns texts into vectors. */
export interface EmbedEndpoint extends EndpointBase {
  readonly operation: 'embed';
  readonly method: 'POST';
  /** Reads a request. Throws a `GatewayError` of kind `invalid` that names the field. */
  decodeRequest(input: RequestInput): EmbedRequest;
  /** Writes the answer. */
  encodeReply(reply: EmbedReply, input: RequestInput): JsonObject;
}

/** Lists the models that a key may use. */
export interface ListModelsEndpoint extends EndpointBase {
  readonly operation: 'list-models';
  readonly method: 'GET';
  /** Whether the request is meant for this endpoint, if several protocols share a path. Default: always. */
  accepts?(headers: HeaderMap): boolean;
  /** Writes the answer. */
  encodeModels(models: readonly Model[], input: RequestInput): JsonObject;
}

/** Describes one model. */
export interface GetModelEndpoint extends EndpointBase {
  readonly operation: 'get-model';
  readonly method: 'GET';
  /** Like {@link ListModelsEndpoint.accepts}. */
  accepts?(headers: HeaderMap): boolean;
  /** The path's parameter that names the model. */
  readonly parameter: string;
  /** Writes the answer. */
  encodeModel(model: Model, input: RequestInput): JsonObject;
}

/** A reply that the gateway keeps, for clients that read or delete it by its id. */
export interface StoredReplyEndpoint extends EndpointBase {
  readonly operation: 'stored-reply';
  readonly method: 'GET' | 'DELETE';
  /** The reply's body; the path parameter `id` names the reply. */
  encode(stored: { readonly id: string; readonly reply: JsonObject }): JsonObject;
}

/** Everything else below a path: relayed as is to an upstream that forwards the wire. */
export interface RelayEndpoint extends EndpointBase {
  readonly operation: 'relay';
  readonly method: 'ANY';
  /**
   * Paths whose `POST` leaves nothing at the upstream, such as `/v1/moderations`. Every other request may read or
   * change the upstream's account and needs the right to all of it.
   */
  readonly stateless: readonly string[];
  /** Paths at and below which a `POST` starts work that goes on after its reply, such as `/v1/batches`. */
  readonly runsLater?: readonly string[];
  /**
   * Requests for a single reply that an upstream keeps: a method and a path, such as `GET /v1/responses/:id`. A key may
   * send them for its own replies whatever else it may relay.
   */
  readonly keptReplies: readonly string[];
  /** As of {@link ChatEndpoint}, for the kept replies. */
  readonly keepsPart?: KeepsPart;
}

/** A reply of the gateway itself. */
export interface EncodedReply {
  /** Default: 200. */
  readonly status?: number;
  /** In addition to the usual ones, such as another `content-type`. */
  readonly headers?: HeaderMap;
  /** JSON, or a text, which is sent as `text/plain`. */
  readonly body: JsonObject | readonly JsonValue[] | string;
}

/** What an endpoint without a model may know of the gateway. */
export interface GatewayFacts {
  /** The gateway's version: `0.1.0`. */
  readonly version: string;
  /** The models that this client may use: none for a client without a key, where keys are needed. */
  models(): Promise<readonly Model[]>;
}

interface StaticBase {
  readonly operation: 'static';
  /** Such as `/api/version`. */
  readonly path: string;
  /** One line of documentation: what the endpoint answers. */
  readonly summary: string;
  /** Answers the request. Throws a `GatewayError` to refuse it. */
  answer(input: RequestInput, gateway: GatewayFacts): EncodedReply | Promise<EncodedReply>;
}

/** Answers something that needs no model and no upstream, such as a version. Such requests are not traced. */
export type StaticEndpoint = StaticBase &
  (
    | {
        readonly method: 'GET';
        /** `open`: anyone may ask. `key`: clients with a key. */
        readonly access: 'open' | 'key';
      }
    | {
        readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
        /** Bodies are read only from clients with a key. */
        readonly access: 'key';
      }
  );

/** One endpoint of a protocol. `operation` says which kind it is. */
export type Endpoint =
  | ChatEndpoint
  | CountTokensEndpoint
  | EmbedEndpoint
  | ListModelsEndpoint
  | GetModelEndpoint
  | StoredReplyEndpoint
  | StaticEndpoint
  | RelayEndpoint;

/** What is left of a limit. */
export interface LimitStatus {
  /** Requests or tokens per window. */
  readonly limit: number;
  /** How many are left. */
  readonly remaining: number;
  /** Milliseconds until the window resets. */
  readonly resetMs: number;
}

/** What is left of the gateway's limits on requests and tokens per minute. */
export interface LimitHeadroom {
  /** Absent without such a limit. */
  readonly requests?: LimitStatus;
  /** Absent without such a limit. */
  readonly tokens?: LimitStatus;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** An error as a client of the protocol expects it. */
export interface EncodedError {
  /** The HTTP status. */
  readonly status: number;
  /** In addition to the usual ones. */
  readonly headers?: HeaderMap;
  /** The error body. */
  readonly body: JsonObject;
}

/** A wire format that clients speak. */
export interface Protocol {
  /** The name in logs, metrics and traces, such as `openai`. Unique among all plugins. */
  readonly name: string;
  /** The name for people, in the console. */
  readonly title: string;
  /** Mounted in this order; the first that matches answers. Relays come after all protocols' other endpoints. */
  readonly endpoints: readonly Endpoint[];
  /** Where clients put their key, besides `Authorization: Bearer`. */
  readonly credentials?: CredentialPlaces;
  /**
   * Client headers that change the meaning of a request; a replay sends them again. A name that ends with `-` is a prefix.
   */
  readonly clientHeaders?: readonly string[];
  /** How programs speak it. Default: the console's playground does not offer the protocol. */
  readonly client?: ProtocolClient;
  /** Writes an error that is reported before a reply begins. */
  encodeError(error: GatewayError): EncodedError;
  /** The headers in which this protocol reports what is left of rate limits. */
  encodeLimits?(headroom: LimitHeadroom): HeaderMap;
}
