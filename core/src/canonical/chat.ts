/**
 * The canonical chat model: what every codec decodes to and encodes from. A reader of this file and of
 * `plugin/plugin.ts` knows everything that a plugin author needs.
 */
import type { JsonObject, JsonValue } from './json.ts';

/**
 * Fields that a codec read but the model has no name for, kept under the name of the protocol they came
 * from. Only that protocol's encoder merges them back.
 */
export type Extensions = Readonly<Record<string, JsonObject>>;

/**
 * State that only its owner can read: thinking signatures, encrypted reasoning, Gemini thought signatures.
 * It goes back byte-exact to the protocol (and model) that made it, or is dropped whole.
 */
export interface Opaque {
  readonly protocol: string;
  readonly kind: 'thinking' | 'redacted' | 'reasoning' | 'call' | 'text';
  readonly data?: string;
  readonly itemId?: string;
}

/** Asks the upstream to cache the prompt up to and including the part that carries it. */
export interface CacheMark {
  readonly ttl?: '5m' | '30m' | '1h' | '12h' | '24h';
}

interface PartBase {
  readonly cache?: CacheMark;
  readonly extensions?: Extensions;
}

/** Where the bytes of a media part are. */
export type MediaSource =
  | { readonly type: 'base64'; readonly mimeType: string; readonly data: string }
  | { readonly type: 'url'; readonly url: string; readonly mimeType?: string }
  | { readonly type: 'file'; readonly id: string; readonly owner: string; readonly mimeType?: string }
  | { readonly type: 'text'; readonly text: string; readonly mimeType?: string };

/** A source that a text cites. Offsets count UTF-16 code units of the text block. */
export interface Citation {
  readonly url?: string;
  readonly title?: string;
  readonly text?: string;
  readonly start?: number;
  readonly end?: number;
  readonly extensions?: Extensions;
}

export interface TextPart extends PartBase {
  readonly type: 'text';
  readonly text: string;
  readonly citations?: readonly Citation[];
  readonly opaque?: Opaque;
}

export interface MediaPart extends PartBase {
  readonly type: 'media';
  readonly media: 'image' | 'audio' | 'video' | 'document';
  readonly source: MediaSource;
  readonly name?: string;
  readonly detail?: 'auto' | 'low' | 'high' | 'original';
  /** What a spoken answer says, where the upstream tells. */
  readonly transcript?: string;
  /** Text that describes the document to the model. */
  readonly context?: string;
  readonly wantsCitations?: boolean;
}

/** What the model thought. `summary` is told by the upstream in its own words, `hidden` has no text. */
export interface ReasoningPart extends PartBase {
  readonly type: 'reasoning';
  readonly text: string;
  readonly form: 'raw' | 'summary' | 'hidden';
  readonly opaque?: Opaque;
}

/**
 * A call of a tool by the model. `arguments` is the model's own text, not parsed: it may be invalid JSON, and
 * prompt caches need it byte-stable. `hosted` calls ran at the upstream and are never the client's to answer.
 */
export interface ToolCallPart extends PartBase {
  readonly type: 'tool-call';
  readonly id: string;
  readonly name: string;
  readonly namespace?: string;
  readonly form: 'json' | 'freeform';
  readonly arguments: string;
  readonly opaque?: Opaque;
  readonly hosted?: boolean;
}

export interface ToolResultPart extends PartBase {
  readonly type: 'tool-result';
  readonly callId: string;
  readonly name?: string;
  readonly isError?: boolean;
  readonly content: readonly (TextPart | MediaPart)[];
  /** The result as a value, where the client sent one (Gemini) and not text. */
  readonly json?: JsonValue;
  readonly hosted?: boolean;
}

export interface RefusalPart extends PartBase {
  readonly type: 'refusal';
  readonly text: string;
}

/** A part that only one protocol knows; other encoders drop it and say so. */
export interface RawPart extends PartBase {
  readonly type: 'raw';
  readonly protocol: string;
  readonly value: JsonValue;
}

export type UserPart = TextPart | MediaPart | ToolResultPart | RawPart;
export type AssistantPart =
  | TextPart
  | ReasoningPart
  | ToolCallPart
  | RefusalPart
  | MediaPart
  | ToolResultPart
  | RawPart;

export interface SystemMessage {
  readonly role: 'system';
  readonly rank: 'system' | 'developer';
  readonly name?: string;
  readonly content: readonly TextPart[];
  readonly extensions?: Extensions;
}

export interface UserMessage {
  readonly role: 'user';
  readonly name?: string;
  readonly content: readonly UserPart[];
  readonly extensions?: Extensions;
}

export interface AssistantMessage {
  readonly role: 'assistant';
  readonly name?: string;
  readonly content: readonly AssistantPart[];
  readonly extensions?: Extensions;
}

export type Message = SystemMessage | UserMessage | AssistantMessage;

/** A tool that the model may call; what it takes is a JSON Schema. */
export interface FunctionTool {
  readonly kind: 'function';
  readonly name: string;
  readonly namespace?: string;
  readonly description?: string;
  readonly schema?: JsonObject;
  readonly strict?: boolean;
  readonly cache?: CacheMark;
  readonly extensions?: Extensions;
}

/** A tool that takes free text, optionally constrained by a grammar. */
export interface FreeformTool {
  readonly kind: 'freeform';
  readonly name: string;
  readonly namespace?: string;
  readonly description?: string;
  readonly grammar?: { readonly syntax: 'lark' | 'regex'; readonly definition: string };
  readonly cache?: CacheMark;
  readonly extensions?: Extensions;
}

/** How the web is to be searched. */
export interface WebSearch {
  readonly allowedDomains?: readonly string[];
  readonly blockedDomains?: readonly string[];
  readonly maxUses?: number;
  readonly contextSize?: 'low' | 'medium' | 'high';
  /** Roughly where the user is: ISO country code, IANA time zone. */
  readonly location?: Readonly<Partial<Record<'city' | 'region' | 'country' | 'timezone', string>>>;
}

/** A tool that runs at the upstream. */
export interface HostedTool {
  readonly kind: 'hosted';
  readonly name: string;
  readonly hosted:
    | 'web-search'
    | 'web-fetch'
    | 'code-execution'
    | 'file-search'
    | 'computer'
    | 'image-generation'
    | 'mcp'
    | 'other';
  /** Of web search, in terms that other protocols can say too. */
  readonly search?: WebSearch;
  /** The tool as the client wrote it, for upstreams that speak its protocol. */
  readonly options?: JsonObject;
  readonly cache?: CacheMark;
  readonly extensions?: Extensions;
}

export type Tool = FunctionTool | FreeformTool | HostedTool;

/** `any`: must call some tool. `one`: must call the tool in `names`. `names` with other modes is a subset. */
export interface ToolChoice {
  readonly mode: 'auto' | 'none' | 'any' | 'one';
  readonly names?: readonly string[];
  readonly parallel?: boolean;
}

export type Effort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max';

/** What the client said about reasoning, in its own unit. The encoder decides with the capability table. */
export interface ReasoningPreference {
  readonly effort?: Effort;
  readonly budgetTokens?: number;
  readonly adaptive?: boolean;
  readonly off?: boolean;
  readonly betweenTools?: boolean;
  readonly show?: 'none' | 'summary' | 'full';
  readonly includeEncrypted?: boolean;
}

/** Nothing is clamped when decoded: 0 is a value, absent means unset. */
export interface Sampling {
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly seed?: number;
  readonly presencePenalty?: number;
  readonly frequencyPenalty?: number;
  readonly logitBias?: Readonly<Record<string, number>>;
  readonly logprobs?: boolean;
  readonly topLogprobs?: number;
  /** How many choices; absent means one. */
  readonly count?: number;
}

export interface OutputFormat {
  readonly type: 'text' | 'json' | 'schema';
  readonly name?: string;
  readonly description?: string;
  readonly schema?: JsonObject;
  readonly strict?: boolean;
}

/** State that the upstream holds, named by the client. */
export interface ServerState {
  readonly previousResponseId?: string;
  readonly conversation?: string;
  readonly cachedContent?: string;
}

export interface ChatRequest {
  /** The protocol that the client spoke. */
  readonly protocol: string;
  readonly model: string;
  readonly stream: boolean;
  /** Whether a streaming client asked for a usage chunk (`openai-chat` only; others always get usage). */
  readonly includeUsage?: boolean;
  /** The leading run of system and developer messages; segments stay apart because caching depends on it. */
  readonly system: readonly SystemMessage[];
  readonly messages: readonly Message[];
  readonly tools: readonly Tool[];
  readonly toolChoice?: ToolChoice;
  /** The most tokens to answer with, reasoning included. */
  readonly maxTokens?: number;
  readonly stop?: readonly string[];
  readonly sampling: Sampling;
  readonly reasoning: ReasoningPreference;
  readonly output?: OutputFormat;
  readonly verbosity?: 'low' | 'medium' | 'high';
  readonly modalities?: readonly string[];
  readonly cacheKey?: string;
  /** An id of the end user, as the client gave it. */
  readonly user?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly serviceTier?: string;
  readonly safety?: JsonValue;
  readonly store?: boolean;
  readonly serverState?: ServerState;
  /** Fields that no other wire can say: a request that holds one is refused unless its bytes pass through. */
  readonly nativeOnly?: readonly string[];
  readonly extensions?: Extensions;
}

/**
 * Token counts. `input` counts all of the prompt (`cacheRead` and `cacheWrite` are parts of it), `output` all
 * of the answer (`reasoning` is a part of it). In a stream each report replaces the one before.
 */
export interface Usage {
  readonly input: number;
  readonly output: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  readonly reasoning?: number;
  /** Calls of hosted tools, by tool. */
  readonly hosted?: Readonly<Record<string, number>>;
  /** The gateway counted, not the upstream. */
  readonly estimated?: boolean;
  readonly extensions?: Extensions;
}

export type FinishReason =
  | 'stop'
  | 'stop-sequence'
  | 'max-tokens'
  | 'tool-use'
  | 'content-filter'
  | 'pause'
  | 'context-window';

/** What opens: the part without the text that is still to come. */
export type Block =
  | { readonly type: 'text' }
  | { readonly type: 'reasoning'; readonly form: ReasoningPart['form'] }
  | { readonly type: 'refusal' }
  | {
      readonly type: 'tool-call';
      readonly id: string;
      readonly name: string;
      readonly namespace?: string;
      readonly form: ToolCallPart['form'];
      readonly hosted?: boolean;
    };

/** A part that comes in one piece. */
export type WholePart = MediaPart | ToolResultPart | RawPart;

/**
 * One reply, told as it happens: `start (block-start …block-delta… block-end | block)* finish`.
 *
 * - `index` names a block; it is used once and never again. Blocks may interleave.
 * - `choice` is absent for the first choice; the others of `sampling.count` are 1, 2, ….
 * - Failure is not an event: the iteration throws a `GatewayError`.
 */
export type ChatEvent =
  | {
      readonly type: 'start';
      readonly id: string;
      readonly model: string;
      /** Seconds since 1970, where the upstream tells. */
      readonly created?: number;
      readonly usage?: Usage;
      readonly extensions?: Extensions;
    }
  | { readonly type: 'block-start'; readonly index: number; readonly block: Block; readonly choice?: number }
  | { readonly type: 'block-delta'; readonly index: number; readonly delta: string }
  | { readonly type: 'block-opaque'; readonly index: number; readonly opaque: Opaque }
  | { readonly type: 'block-citation'; readonly index: number; readonly citation: Citation }
  /** Token log probabilities of the delta before, in the shape of OpenAI's `logprobs.content` items. */
  | { readonly type: 'block-logprobs'; readonly index: number; readonly logprobs: readonly JsonValue[] }
  | { readonly type: 'block-end'; readonly index: number }
  | { readonly type: 'block'; readonly index: number; readonly part: WholePart; readonly choice?: number }
  | { readonly type: 'usage'; readonly usage: Usage }
  /** The upstream is alive and has nothing to say. */
  | { readonly type: 'ping' }
  | FinishEvent;

export interface FinishEvent {
  readonly type: 'finish';
  readonly reason: FinishReason;
  /** Why the further choices ended, in order from choice 1. */
  readonly otherReasons?: readonly FinishReason[];
  readonly stopSequence?: string;
  readonly usage?: Usage;
  readonly extensions?: Extensions;
}

/** A whole reply: its events, folded. */
export interface ChatReply {
  readonly id: string;
  readonly model: string;
  readonly created?: number;
  readonly choices: readonly Choice[];
  readonly stopSequence?: string;
  readonly usage?: Usage;
  readonly extensions?: Extensions;
}

export interface Choice {
  readonly content: readonly AssistantPart[];
  readonly reason: FinishReason;
  readonly logprobs?: readonly JsonValue[];
}
