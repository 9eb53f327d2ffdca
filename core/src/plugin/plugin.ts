/**
 * What a plugin is. A plugin is data: a factory gives a plain object that names its protocols (wire formats
 * that clients speak) and its providers (kinds of upstream). It never sees Koa, the container or the config.
 */
import type { z } from 'zod';
import type { ChatEvent, ChatReply, ChatRequest, Usage } from '../canonical/chat.ts';
import type { EmbedReply, EmbedRequest } from '../canonical/embed.ts';
import type { GatewayError } from '../canonical/errors.ts';
import type { JsonObject } from '../canonical/json.ts';
import type { Model } from '../canonical/models.ts';
import type { OpaqueBox } from '../codec/opaque.ts';
import type { FetchedFile } from '../transport/fetch/fetch-files.ts';
import type { Price } from '../canonical/limits.ts';
import type { Capabilities, CapabilityTable } from './capabilities.ts';
import type { ConversationRules } from './conversation-rules.ts';
import type { ObserverSetup, TraceObserver } from './observer.ts';
import type { HeaderMap, HttpClient, HttpReply } from '../transport/http.ts';
import type { SseEvent } from '../transport/sse.ts';
import type { StreamDecoder } from '../codec/stream-decoder.ts';

/** The part of the logger that plugins may use. Values of secret fields are redacted. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What one call of an upstream gets. */
export interface CallContext {
  readonly requestId: string;
  /** Fires when the client went away or the time is up; every outbound call must take it. */
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Sends HTTP with the upstream's timeouts and this call's signal. */
  readonly http: HttpClient;
  /** What the model that is asked can do. */
  readonly capabilities: Capabilities;
  /** Fetches files that the client named by URL, from public addresses only. Throws what the client is to know. */
  fetchFiles(urls: readonly string[]): Promise<ReadonlyMap<string, FetchedFile>>;
  /** Records that a field of the request could not be expressed toward the upstream. */
  drop(field: string, why: string): void;
}

/** One upstream, ready to be called. `chat` is all that a provider must have. */
export interface Provider {
  /**
   * Answers a request, whose `model` is already the upstream's own name for it. Streaming or not: always
   * events. Throws a `GatewayError`, at best before the first event: then another candidate may still be tried.
   */
  chat(request: ChatRequest, context: CallContext): AsyncIterable<ChatEvent>;
  /** Lists what the upstream serves. */
  models?(context: CallContext): Promise<readonly Model[]>;
  embed?(request: EmbedRequest, context: CallContext): Promise<EmbedReply>;
  /** Counts the tokens of a request's prompt, where the upstream can tell. */
  countTokens?(request: ChatRequest, context: CallContext): Promise<number>;
  /** The fast path: the client's bytes go to an upstream that speaks the same wire. */
  readonly forward?: Forward;
  /** Called when the upstream is closed. The gateway waits for at most two seconds. */
  close?(): Promise<void>;
}

/** A client's request as it came, for an upstream that speaks the same wire. */
export interface RawRequest {
  /** The wire of the endpoint that was called, such as `openai-chat`. */
  readonly wire: string;
  readonly method: string;
  /** The path, without the query: `/v1/chat/completions`. */
  readonly path: string;
  /** The query without `?` and without credentials; empty when there is none. */
  readonly query: string;
  readonly headers: HeaderMap;
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>;
}

/** Reads the replies of a wire. */
export interface ReplyReader {
  /** Decodes a whole reply. */
  decodeReply(body: JsonObject): Iterable<ChatEvent>;
  /** Creates a decoder for one stream. */
  decodeStream(): StreamDecoder;
}

export interface Forward {
  /** The wires that this upstream takes unchanged. */
  readonly wires: readonly string[];
  /**
   * Sends the bytes on with other credentials. Body and query have the upstream's own names of models already; a
   * path that names one is to be rewritten to `model`, which is absent where the request names none.
   */
  send(request: RawRequest, model: string | undefined, context: CallContext): Promise<HttpReply>;
  /** Headers of replies that are passed on, besides the usual ones; a name with `-` at its end is a prefix. */
  readonly replyHeaders?: readonly string[];
  /** Reads an upstream's error reply. The text is at most a few KiB and may be anything. */
  decodeError(status: number, headers: HeaderMap, text: string): GatewayError;
  /**
   * Reads a wire's replies: the beginning of a stream, so that one that fails before its first content can be
   * replaced, and what an upstream has not counted. `undefined` for wires whose first byte counts as content.
   */
  reader?(wire: string): ReplyReader | undefined;
  /** Judges a reply that ended by a copy of it: the whole JSON text, or the last bytes of a stream. */
  readEnd?(wire: string, text: string): ReplyEnd;
}

export interface ReplyEnd {
  readonly usage?: Usage;
  /** Whether a stream said why it ended; one that did not was cut, however cleanly. */
  readonly isComplete: boolean;
  /** Whether a stream itself told its client of a failure. */
  readonly isFailed?: boolean;
}

/** What a provider gets when an upstream is created. */
export interface ProviderSetup {
  readonly upstreamId: string;
  /** Every line names the upstream and the plugin. */
  readonly log: Log;
  /**
   * Sends HTTP with the upstream's time-outs for as long as there is the upstream: for what several calls share, such
   * as a login, which must not end when the client leaves that happened to start it.
   */
  readonly http: HttpClient;
  /** Fires when the upstream is closed: when it was changed or removed, or the gateway stops. */
  readonly signal: AbortSignal;
}

/**
 * A kind of upstream. `options` is a Zod object: it gives the type in `gateway.config.ts`, the check at start
 * and the form in the console (from `title`, `description` and {@link secret} marks in its metadata).
 */
export interface ProviderType<Name extends string = string, Options extends z.ZodObject = z.ZodObject> {
  readonly name: Name;
  readonly title: string;
  readonly description: string;
  readonly options: Options;
  /** What models of known families can do; an upstream's own rows count more. */
  readonly capabilities?: CapabilityTable;
  /** The price of its models where neither the config nor the public price lists have one; 0 where they are free. */
  readonly price?: Price;
  create(options: z.output<Options>, setup: ProviderSetup): Provider;
}

/** What an endpoint decodes. */
export interface RequestInput {
  readonly body: JsonObject;
  /** The values of the path's parameters, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: HeaderMap;
  /** Opens what was sealed for a client with {@link EncodeContext.opaque}. */
  readonly opaque: OpaqueBox;
}

/** What an endpoint encodes with. */
export interface EncodeContext {
  readonly request: ChatRequest;
  /** An id for the reply where the upstream gave none. */
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
  /** Seals state of another protocol's upstream, for the client to keep and to send back. */
  readonly opaque: OpaqueBox;
  /** Whether the reply could not be kept, although it should have been. Known before its last event. */
  readonly isLost?: boolean;
}

/** Where the bodies of a wire name models, besides their own `model`. */
export interface ModelPlaces {
  /** Such as `models[]` and `tools[].model`. */
  readonly fields: readonly string[];
  /**
   * Where they hold content of any form, such as `messages` and `metadata`. Everywhere else, a field whose name holds
   * `model` or `fallback` is taken for one that names models, where the key may use certain models only.
   */
  readonly content?: readonly string[];
  /** The prefix of names in bodies: `models/`. */
  readonly prefix?: string;
}

interface EndpointBase {
  /** The path as @koa/router writes it: `/v1/models/:model`. */
  readonly path: string;
  /** All of them are judged like the model that is asked for, or the request is refused. */
  readonly models?: ModelPlaces;
  /** The name of this endpoint's format; an upstream that forwards this wire gets the bytes. */
  readonly wire: string;
  readonly summary: string;
}

export interface ChatEndpoint extends EndpointBase {
  readonly operation: 'chat';
  readonly method: 'POST';
  /**
   * What routing needs of a request, without decoding the rest: bytes that pass through are the upstream's to
   * judge. `undefined` when it cannot tell; then, and without this method, the request is decoded.
   */
  peek?(input: RequestInput): Pick<ChatRequest, 'model' | 'stream'> | undefined;
  decodeRequest(input: RequestInput): ChatRequest;
  encodeReply(reply: ChatReply, context: EncodeContext): JsonObject;
  encodeStream(events: AsyncIterable<ChatEvent>, context: EncodeContext): AsyncIterable<string>;
  /** What a client reads when the upstream fails after the stream has begun. */
  encodeStreamError(error: GatewayError, context: EncodeContext): string;
  /** Whether clients may lose what upstreams signed: the gateway then remembers it for them, for a while. */
  readonly losesState?: boolean;
  /**
   * For wires whose requests may name what an upstream keeps, by its id: whether it keeps this request's reply under
   * the reply's own. Such ids then belong to the client's key.
   */
  keepsReply?(body: JsonObject): boolean;
  readonly keepsPart?: KeepsPart;
  /** The field that has the upstream answer after its reply, where the gateway cannot count it; where it is set. */
  answersLater?(body: JsonObject): string | undefined;
  /** How the gateway keeps conversations of this protocol. */
  readonly conversation?: ConversationRules;
  /** A frame that clients ignore, sent while an upstream is silent. */
  readonly keepAlive: string;
  /** How this request wants its stream, where that is not as server-sent events. */
  streamForm?(input: RequestInput): StreamForm | undefined;
}

/**
 * Whether a field of a kept reply holds the id of something that the upstream keeps with it, such as an output item.
 * Only fields named `id` or `…_id` are asked about. Such ids belong to the client's key, too, so ids that a client may
 * have from elsewhere must not be among them.
 */
export type KeepsPart = (field: string, id: string) => boolean;

/** A way to write a stream other than as the endpoint does by itself. */
export interface StreamForm extends Pick<ChatEndpoint, 'keepAlive' | 'encodeStream' | 'encodeStreamError'> {
  readonly contentType: string;
  /** Finds the events in the bytes of an upstream that streams in this form. */
  readonly readStream: (bytes: AsyncIterable<Uint8Array>) => AsyncIterable<SseEvent>;
}

export interface CountTokensEndpoint extends EndpointBase {
  readonly operation: 'count-tokens';
  readonly method: 'POST';
  /** How requests go on from replies that the gateway keeps. */
  readonly conversation?: ConversationRules;
  /** A request as it would be sent to be answered. */
  decodeRequest(input: RequestInput): ChatRequest;
  encodeCount(tokens: number): JsonObject;
}

export interface EmbedEndpoint extends EndpointBase {
  readonly operation: 'embed';
  readonly method: 'POST';
  decodeRequest(input: RequestInput): EmbedRequest;
  encodeReply(reply: EmbedReply, input: RequestInput): JsonObject;
}

export interface ListModelsEndpoint extends EndpointBase {
  readonly operation: 'list-models';
  readonly method: 'GET';
  /** Whether a client means this endpoint, where several protocols share a path. Default: always. */
  accepts?(headers: HeaderMap): boolean;
  encodeModels(models: readonly Model[], input: RequestInput): JsonObject;
}

export interface GetModelEndpoint extends EndpointBase {
  readonly operation: 'get-model';
  readonly method: 'GET';
  /** As of {@link ListModelsEndpoint}. */
  accepts?(headers: HeaderMap): boolean;
  /** The path's parameter that names the model. */
  readonly parameter: string;
  encodeModel(model: Model, input: RequestInput): JsonObject;
}

/** A reply that the gateway keeps, for clients that ask for it by its id or want it gone. */
export interface StoredReplyEndpoint extends EndpointBase {
  readonly operation: 'stored-reply';
  readonly method: 'GET' | 'DELETE';
  /** What is answered; the path's parameter `id` names the reply. */
  encode(stored: { readonly id: string; readonly reply: JsonObject }): JsonObject;
}

/** Everything else below a path: sent on as it is to an upstream that forwards the wire. */
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
   * Requests for one reply that an upstream keeps: a method and a path, such as `GET /v1/responses/:id`. A key may
   * send them for replies of its own whatever else it may relay.
   */
  readonly keptReplies: readonly string[];
  /** As of {@link ChatEndpoint}, for the kept replies. */
  readonly keepsPart?: KeepsPart;
}

export type Endpoint =
  | ChatEndpoint
  | CountTokensEndpoint
  | EmbedEndpoint
  | ListModelsEndpoint
  | GetModelEndpoint
  | StoredReplyEndpoint
  | RelayEndpoint;

/** What is left of a limit. */
export interface LimitStatus {
  readonly limit: number;
  readonly remaining: number;
  /** Until it begins anew. */
  readonly resetMs: number;
}

/** What is left of the gateway's limits on requests and tokens in a minute. */
export interface LimitHeadroom {
  readonly requests?: LimitStatus;
  readonly tokens?: LimitStatus;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface EncodedError {
  readonly status: number;
  readonly headers?: HeaderMap;
  readonly body: JsonObject;
}

/** A wire format that clients speak. */
export interface Protocol {
  readonly name: string;
  readonly title: string;
  /** Mounted in this order; the first that matches answers. Relays come after all protocols' other endpoints. */
  readonly endpoints: readonly Endpoint[];
  /** The field of the query that may hold a client's key, where official SDKs or docs put it there. Default: none. */
  readonly credentialInQuery?: string;
  encodeError(error: GatewayError): EncodedError;
  /** The headers by which this protocol tells what is left of limits. */
  encodeLimits?(headroom: LimitHeadroom): HeaderMap;
}

export interface Plugin {
  readonly name: string;
  /** Watches requests, to tell others of them. */
  readonly createObserver?: (setup: ObserverSetup) => TraceObserver;
  /**
   * The URL of a module that exports `WireReaders` as `wireReaders`. Traces are read in a thread of their own, which
   * imports it; without it, they show what passed on the plugin's wires and not what it means.
   */
  readonly wireReaders?: string;
  readonly protocols?: readonly Protocol[];
  readonly providers?: readonly ProviderType[];
}
