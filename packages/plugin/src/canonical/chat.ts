/**
 * The canonical chat model: what every codec decodes to and encodes from.
 *
 * - A request is a {@link ChatRequest}: messages made of parts, tools, and settings.
 * - A reply is a series of {@link ChatEvent}s, whether it is streamed or not. {@link ChatReply} is their sum.
 *
 * Comments name the wires that have a field: Chat (OpenAI's Chat Completions), Responses (OpenAI's Responses),
 * OpenAI (both of them), Anthropic (Messages) and Gemini (generateContent). An absent optional field means that
 * the client or the upstream did not say it, and that the default of the other side applies.
 */
import type { JsonObject, JsonValue } from './json.ts';

/**
 * Wire fields that this model has no name for, by protocol: `{ 'openai-chat': { safety_identifier: 'u1' } }`. A codec
 * keeps what it did not understand here. Only the encoder of that protocol writes it back.
 */
export type Extensions = Readonly<Record<string, JsonObject>>;

/**
 * State that only its owner can read, such as a thinking signature. It goes back unchanged to the protocol that
 * made it; every other encoder leaves it out.
 */
export interface Opaque {
  /** The protocol that made it and can read it, such as `anthropic`. */
  readonly protocol: string;
  /**
   * What it belongs to: a thinking block (`thinking`, or `redacted` when its text is withheld), a reasoning item of
   * Responses (`reasoning`), a tool call (`call`) or a text (`text`), the last two of Gemini.
   */
  readonly kind: 'thinking' | 'redacted' | 'reasoning' | 'call' | 'text';
  /** The state itself, byte for byte: a signature or encrypted content. */
  readonly data?: string;
  /** The upstream's id of the item that the state came with. Responses only. */
  readonly itemId?: string;
}

/** Asks the upstream to cache the prompt up to and including the part or tool that carries it. */
export interface CacheMark {
  /**
   * How long the cache lives. Absent: the upstream's default. Anthropic has `5m` and `1h`, OpenAI others; an encoder
   * takes the nearest of its own.
   */
  readonly ttl?: '5m' | '30m' | '1h' | '12h' | '24h';
}

/** What all parts have. */
interface PartBase {
  /** Caches the prompt up to here. Anthropic's `cache_control`, and OpenAI's `prompt_cache_breakpoint` on texts. */
  readonly cache?: CacheMark;
  /** Fields of the part that only its protocol knows. */
  readonly extensions?: Extensions;
}

/** Where the content of a media part is. */
export type MediaSource =
  /** In the request itself. `data` is plain base64, without `data:` in front; `mimeType` is such as `image/png`. */
  | { readonly type: 'base64'; readonly mimeType: string; readonly data: string }
  /**
   * At an http or https URL. A provider whose wire takes no URLs gets the bytes from `context.fetchFiles`. Only Gemini
   * names a `mimeType`.
   */
  | { readonly type: 'url'; readonly url: string; readonly mimeType?: string }
  /** A file that was uploaded to a provider. `owner` is the protocol that `id` belongs to; others cannot read it. */
  | { readonly type: 'file'; readonly id: string; readonly owner: string; readonly mimeType?: string }
  /** A document given as plain text. Anthropic only; other encoders write it as text. */
  | { readonly type: 'text'; readonly text: string; readonly mimeType?: string };

/** A source that a text cites. */
export interface Citation {
  /** The address of the source. Absent for a document of the request (Anthropic). */
  readonly url?: string;
  /** The title of the page or document. */
  readonly title?: string;
  /** The passage that is cited, in the source's words. Anthropic only. */
  readonly text?: string;
  /** Where the citing words begin, in UTF-16 code units of the text block. OpenAI and Gemini. */
  readonly start?: number;
  /** Where they end, exclusive. */
  readonly end?: number;
  /** The citation as its protocol wrote it. */
  readonly extensions?: Extensions;
}

/** Text, of any speaker. */
export interface TextPart extends PartBase {
  readonly type: 'text';
  /** The text. It may be empty; encoders whose upstream refuses that leave the part out. */
  readonly text: string;
  /** The sources that the text cites. In replies only. */
  readonly citations?: readonly Citation[];
  /** A signature that belongs to this text. Gemini only. */
  readonly opaque?: Opaque;
}

/** An image, audio, video or document. */
export interface MediaPart extends PartBase {
  readonly type: 'media';
  /** The kind of media. Anything other than image, audio or video is a `document`. */
  readonly media: 'image' | 'audio' | 'video' | 'document';
  /** Where its content is. */
  readonly source: MediaSource;
  /** The file name (OpenAI, documents), title (Anthropic, documents) or display name (Gemini). */
  readonly name?: string;
  /** How closely the model looks at an image. OpenAI only. */
  readonly detail?: 'auto' | 'low' | 'high' | 'original';
  /** The transcript of a spoken answer. Chat only, in replies. */
  readonly transcript?: string;
  /** Text that describes the document to the model. Anthropic only. */
  readonly context?: string;
  /** Whether the answer should cite the document. Anthropic only. */
  readonly wantsCitations?: boolean;
}

/** What the model thought before it answered. */
export interface ReasoningPart extends PartBase {
  readonly type: 'reasoning';
  /** The thought; empty when `form` is `hidden`. */
  readonly text: string;
  /**
   * `raw`: the model's own words. `summary`: the upstream's summary of them (Responses, Gemini). `hidden`: no text,
   * only `opaque`.
   */
  readonly form: 'raw' | 'summary' | 'hidden';
  /** The signature or encrypted content that the upstream wants back in the next turn. */
  readonly opaque?: Opaque;
}

/** A call of a tool by the model. */
export interface ToolCallPart extends PartBase {
  readonly type: 'tool-call';
  /** Names the call; its result refers to it. Where an upstream gives no id, its decoder makes one. */
  readonly id: string;
  /** The tool's name as the client declared it. */
  readonly name: string;
  /** The tool's {@link FunctionTool.namespace}. */
  readonly namespace?: string;
  /** `json`: arguments for a function. `freeform`: free text for a {@link FreeformTool}. */
  readonly form: 'json' | 'freeform';
  /**
   * The model's own text, not parsed: `{"city":"Oslo"}`. It may be invalid JSON. Do not reformat it: prompt caches
   * need the same bytes.
   */
  readonly arguments: string;
  /** A signature that belongs to the call. Gemini, and servers of Chat that follow it. */
  readonly opaque?: Opaque;
  /**
   * The call ran at the upstream, so no client answers it. The codecs of this repository keep such calls as a
   * {@link RawPart} and never set this.
   */
  readonly hosted?: boolean;
}

/** What a tool returned. Part of a user message. */
export interface ToolResultPart extends PartBase {
  readonly type: 'tool-result';
  /** The `id` of the call that it answers. */
  readonly callId: string;
  /** The tool's name, where the client repeats it. Always in Gemini, sometimes in OpenAI. */
  readonly name?: string;
  /** Whether the tool failed. Anthropic and Gemini; on OpenAI's wires the text begins with `Error: ` instead. */
  readonly isError?: boolean;
  /** The result as text and media. */
  readonly content: readonly (TextPart | MediaPart)[];
  /** The result as a JSON value, if the client sent one (Gemini). `content` has it as text, too. */
  readonly json?: JsonValue;
  /** The tool ran at the upstream, like {@link ToolCallPart.hosted}. */
  readonly hosted?: boolean;
}

/** The model's words when it refuses to answer. OpenAI only; other encoders write it as text. */
export interface RefusalPart extends PartBase {
  readonly type: 'refusal';
  /** What it says. */
  readonly text: string;
}

/** A part that only one protocol knows. Other encoders leave it out and call `context.drop`. */
export interface RawPart extends PartBase {
  readonly type: 'raw';
  /** The protocol that can encode it. */
  readonly protocol: string;
  /** The part as it appears on that protocol's wire. */
  readonly value: JsonValue;
}

/** What a user message may contain. */
export type UserPart = TextPart | MediaPart | ToolResultPart | RawPart;

/** What an assistant message may contain. */
export type AssistantPart =
  | TextPart
  | ReasoningPart
  | ToolCallPart
  | RefusalPart
  | MediaPart
  | ToolResultPart
  | RawPart;

/** Instructions to the model. Leading ones are in {@link ChatRequest.system}, later ones among the messages. */
export interface SystemMessage {
  readonly role: 'system';
  /** The role on OpenAI's wires. Other wires have only `system`. */
  readonly rank: 'system' | 'developer';
  /** The name of the speaker. Chat only. */
  readonly name?: string;
  /** The instructions. */
  readonly content: readonly TextPart[];
  /** Fields of the message that only its protocol knows. */
  readonly extensions?: Extensions;
}

/** What the user said, and what tools returned. */
export interface UserMessage {
  readonly role: 'user';
  /** The name of the speaker. Chat only. */
  readonly name?: string;
  /** What was said, in order. */
  readonly content: readonly UserPart[];
  /** Fields of the message that only its protocol knows. */
  readonly extensions?: Extensions;
}

/** What the model said in an earlier turn. */
export interface AssistantMessage {
  readonly role: 'assistant';
  /** The name of the speaker. Chat only. */
  readonly name?: string;
  /** What was said, in order. */
  readonly content: readonly AssistantPart[];
  /** Fields of the message that only its protocol knows. */
  readonly extensions?: Extensions;
}

/** One message of a conversation. */
export type Message = SystemMessage | UserMessage | AssistantMessage;

/** A function that the client runs when the model calls it. */
export interface FunctionTool {
  readonly kind: 'function';
  /** The name that the model calls. */
  readonly name: string;
  /** A group of tools within which the name is unique. Responses only; others get it as part of the name. */
  readonly namespace?: string;
  /** Tells the model what the tool does. */
  readonly description?: string;
  /** JSON Schema of the arguments. Absent: it takes none. */
  readonly schema?: JsonObject;
  /** Whether the upstream must enforce the schema. OpenAI and Anthropic. */
  readonly strict?: boolean;
  /** Caches the tools up to this one. Anthropic only. */
  readonly cache?: CacheMark;
  /** Fields of the tool that only its protocol knows. */
  readonly extensions?: Extensions;
}

/** A tool that takes free text. OpenAI's `custom` tool; other encoders offer a function with one text argument. */
export interface FreeformTool {
  readonly kind: 'freeform';
  /** The name that the model calls. */
  readonly name: string;
  /** Like {@link FunctionTool.namespace}. */
  readonly namespace?: string;
  /** Tells the model what the tool does and what text it takes. */
  readonly description?: string;
  /** What the text must match: a Lark grammar or a regular expression. Absent: any text. */
  readonly grammar?: { readonly syntax: 'lark' | 'regex'; readonly definition: string };
  /** Caches the tools up to this one. */
  readonly cache?: CacheMark;
  /** Fields of the tool that only its protocol knows. */
  readonly extensions?: Extensions;
}

/** Settings of a web search that the upstream runs. */
export interface WebSearch {
  /** Only these domains are searched: `['example.org']`. Responses and Anthropic. */
  readonly allowedDomains?: readonly string[];
  /** These domains are not searched. Anthropic only, which takes one of the two lists. */
  readonly blockedDomains?: readonly string[];
  /** The maximum number of searches per reply. Anthropic only. */
  readonly maxUses?: number;
  /** How many search results go into the prompt. OpenAI only. */
  readonly contextSize?: 'low' | 'medium' | 'high';
  /** Roughly where the user is: country as ISO code (`NO`), time zone as IANA name. OpenAI and Anthropic. */
  readonly location?: Readonly<Partial<Record<'city' | 'region' | 'country' | 'timezone', string>>>;
}

/** A tool that the upstream runs itself. */
export interface HostedTool {
  readonly kind: 'hosted';
  /** Its name: `web_search` for a search; otherwise the name or type on the client's wire. */
  readonly name: string;
  /** What it does. `other`: something only the client's protocol knows. */
  readonly hosted:
    | 'web-search'
    | 'web-fetch'
    | 'code-execution'
    | 'file-search'
    | 'computer'
    | 'image-generation'
    | 'mcp'
    | 'other';
  /** Settings of a web search, in terms that other protocols share. Absent for Gemini, which has none. */
  readonly search?: WebSearch;
  /** The tool as the client wrote it, for upstreams that speak the client's protocol. */
  readonly options?: JsonObject;
  /** Caches the tools up to this one. */
  readonly cache?: CacheMark;
  /** Fields of the tool that only its protocol knows. */
  readonly extensions?: Extensions;
}

/** Something the model may call. */
export type Tool = FunctionTool | FreeformTool | HostedTool;

/** Which tools the model may or must call. */
export interface ToolChoice {
  /** `auto`: it decides. `none`: no tool. `any`: at least one. `one`: the tool in `names`. */
  readonly mode: 'auto' | 'none' | 'any' | 'one';
  /** With `one`, the tool to call. With `auto` and `any`, the only tools it may call. Absent: all tools. */
  readonly names?: readonly string[];
  /** `false` allows at most one call per turn. OpenAI and Anthropic; Gemini cannot limit it. */
  readonly parallel?: boolean;
}

/** How hard a model thinks, in ascending order. `capabilities.effortLevels` lists the levels of a model. */
export type Effort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max';

/**
 * How the client wants the model to think, in the client's own unit: a level, a budget, or a switch. All absent:
 * the model's default. `effortOf` turns any of them into a level, `budgetOf` a level into a budget.
 */
export interface ReasoningPreference {
  /** A level. OpenAI's `effort`, Anthropic's `output_config.effort`, Gemini's `thinkingLevel`. */
  readonly effort?: Effort;
  /** The maximum number of thinking tokens; 0 is off. Anthropic's `budget_tokens`, Gemini's `thinkingBudget`. */
  readonly budgetTokens?: number;
  /** The model decides how long. Anthropic's `adaptive`, Gemini's budget of -1. */
  readonly adaptive?: boolean;
  /** No thinking. Anthropic's `disabled`. */
  readonly off?: boolean;
  /** Thinking between tool calls. Anthropic's `between_tools`; every encoder drops it. */
  readonly betweenTools?: boolean;
  /** Whether the client wants to see the reasoning. Chat does not say. */
  readonly show?: 'none' | 'summary';
  /** Whether the client wants encrypted reasoning, to send it back later. Responses' `include`. */
  readonly includeEncrypted?: boolean;
}

/** How tokens are chosen. Values are as the client sent them: a decoder clamps nothing, and 0 is a value. */
export interface Sampling {
  /** Randomness, from 0 to 2; to 1 for Anthropic. All wires. */
  readonly temperature?: number;
  /** Nucleus sampling: the share of probability to choose from, from 0 to 1. All wires. */
  readonly topP?: number;
  /** How many of the likeliest tokens to choose from. Anthropic, Gemini and many servers of Chat. */
  readonly topK?: number;
  /** The same seed requests the same answer. Chat and Gemini. */
  readonly seed?: number;
  /** Penalizes tokens that have occurred, from -2 to 2. Chat and Gemini. */
  readonly presencePenalty?: number;
  /** Penalizes tokens by how often they have occurred, from -2 to 2. Chat and Gemini. */
  readonly frequencyPenalty?: number;
  /** Bias added to tokens, by token id, from -100 to 100. Chat only. */
  readonly logitBias?: Readonly<Record<string, number>>;
  /** Whether to return the log probability of each token. Chat and Gemini. */
  readonly logprobs?: boolean;
  /** How many of the likeliest tokens are reported at each position. OpenAI and Gemini. */
  readonly topLogprobs?: number;
  /** The number of choices. Absent: one. Chat and Gemini. */
  readonly count?: number;
}

/** The output format. */
export interface OutputFormat {
  /** `text`: anything. `json`: any JSON object. `schema`: JSON that matches `schema`. */
  readonly type: 'text' | 'json' | 'schema';
  /** The schema's name. OpenAI only, which requires one. */
  readonly name?: string;
  /** Tells the model what the JSON is for. OpenAI only. */
  readonly description?: string;
  /** JSON Schema of the answer. */
  readonly schema?: JsonObject;
  /** Whether the upstream must enforce the schema. OpenAI only. */
  readonly strict?: boolean;
}

/** State that an upstream keeps and the client refers to. Other upstreams must refuse the request. */
export interface ServerState {
  /** The reply to continue from. Responses only; set only if the gateway does not keep that reply itself. */
  readonly previousResponseId?: string;
  /** The id of a conversation at the upstream. Responses only. */
  readonly conversation?: string;
  /** The name of a cached prompt at the upstream: `cachedContents/…`. Gemini only. */
  readonly cachedContent?: string;
}

/** A client's request for an answer, decoded. */
export interface ChatRequest {
  /** The client's protocol, such as `openai-chat`. Encoders write `extensions` of their own protocol only. */
  readonly protocol: string;
  /** The requested model. Providers get the upstream's own name. */
  readonly model: string;
  /** Whether the client wants a stream. A provider answers with events either way. */
  readonly stream: boolean;
  /** Whether a stream ends with a usage chunk. Chat only; clients of other protocols always get the usage. */
  readonly includeUsage?: boolean;
  /** The leading system messages. They stay separate, because prompt caches depend on where each ends. */
  readonly system: readonly SystemMessage[];
  /** The conversation, from first to last. */
  readonly messages: readonly Message[];
  /** What the model may call; empty without tools. */
  readonly tools: readonly Tool[];
  /** Which of the tools to call. Absent: the model decides. */
  readonly toolChoice?: ToolChoice;
  /** The maximum number of answer tokens, reasoning included. Absent: the client sets no limit. */
  readonly maxTokens?: number;
  /** Stop sequences; the answer ends before them. All wires but Responses. */
  readonly stop?: readonly string[];
  /** How tokens are chosen; empty for the defaults. */
  readonly sampling: Sampling;
  /** How the model thinks; empty for its default. */
  readonly reasoning: ReasoningPreference;
  /** Whether the upstream leaves tokens of the model's template out of its text. Set by the gateway alone. Chat. */
  readonly skipSpecialTokens?: boolean;
  /** The output format. Absent: text. */
  readonly output?: OutputFormat;
  /** How verbose the answer is. OpenAI only. */
  readonly verbosity?: 'low' | 'medium' | 'high';
  /** Output modalities, in lower case: `['text', 'audio']`. Absent: text. Chat and Gemini. */
  readonly modalities?: readonly string[];
  /** Prompt cache key: requests with the same key may share a cache. OpenAI only. */
  readonly cacheKey?: string;
  /** The client's id of its end user. OpenAI's `user` or `safety_identifier`, Anthropic's `metadata.user_id`. */
  readonly user?: string;
  /** Metadata that the upstream keeps with the request. OpenAI only. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** The service tier, in the terms of the client's wire: `flex`. Encoders translate what they know. */
  readonly serviceTier?: string;
  /** `safetySettings`, as the client wrote them. Gemini only. */
  readonly safety?: JsonValue;
  /** Whether the upstream stores the reply. OpenAI only. Absent where the gateway stores it itself, as for Responses. */
  readonly store?: boolean;
  /** State that the upstream keeps. Absent: the request stands alone. */
  readonly serverState?: ServerState;
  /** Paths of fields that no other wire has. The gateway refuses to convert a request that has any. */
  readonly nativeOnly?: readonly string[];
  /** Fields of the request that only its protocol knows. */
  readonly extensions?: Extensions;
}

/** Token usage of a request. In a stream, the fields of a later report replace those of an earlier one. */
export interface Usage {
  /** All tokens of the prompt, those of `cacheRead` and `cacheWrite` included. */
  readonly input: number;
  /** All tokens of the answer, those of `reasoning` included. */
  readonly output: number;
  /** Tokens of the prompt that came from a cache. Absent: the upstream did not say. All wires. */
  readonly cacheRead?: number;
  /** Tokens of the prompt that were written to a cache. OpenAI and Anthropic. */
  readonly cacheWrite?: number;
  /** Reasoning tokens. All wires. */
  readonly reasoning?: number;
  /** Calls of hosted tools, by tool: `{ 'web-search': 2 }`. Anthropic only. */
  readonly hosted?: Readonly<Record<string, number>>;
  /** Whether these are estimates rather than the upstream's counts. */
  readonly estimated?: boolean;
  /** Counts that only the upstream's protocol knows. */
  readonly extensions?: Extensions;
}

/** Why a reply ended. */
export type FinishReason =
  /** The model had finished. */
  | 'stop'
  /** The model wrote one of {@link ChatRequest.stop}. Only Anthropic distinguishes it from `stop`. */
  | 'stop-sequence'
  /** {@link ChatRequest.maxTokens} or the model's own limit was reached. */
  | 'max-tokens'
  /** The model called tools and expects their results. */
  | 'tool-use'
  /** The upstream withheld the answer or the rest of it, or the model refused. */
  | 'content-filter'
  /** The upstream paused a long turn: the client sends the reply back to continue. Anthropic and Gemini. */
  | 'pause'
  /** The context window was full. Anthropic only. */
  | 'context-window';

/** A part that begins in a stream: everything but its text, which follows in deltas. */
export type Block =
  /** Becomes a {@link TextPart}. */
  | { readonly type: 'text' }
  /** Becomes a {@link ReasoningPart}. */
  | { readonly type: 'reasoning'; readonly form: ReasoningPart['form'] }
  /** Becomes a {@link RefusalPart}. */
  | { readonly type: 'refusal' }
  /** Becomes a {@link ToolCallPart}; its deltas are the arguments. */
  | {
      readonly type: 'tool-call';
      readonly id: string;
      readonly name: string;
      readonly namespace?: string;
      readonly form: ToolCallPart['form'];
      readonly hosted?: boolean;
    };

/** A part that arrives in one piece. */
export type WholePart = MediaPart | ToolResultPart | RawPart;

/**
 * One reply, event by event: `start (block-start …block-delta… block-end | block)* finish`. A `ping` may occur
 * anywhere before the finish, a `usage` anywhere between start and finish.
 *
 * - `index` identifies a block: any non-negative integer, used once. Blocks may interleave.
 * - `choice` is absent for the first choice; the others of `sampling.count` are 1, 2, ….
 * - A delta is never empty.
 * - Failure is not an event: the iteration throws a `GatewayError`.
 */
export type ChatEvent =
  | StartEvent
  /** A part begins. */
  | { readonly type: 'block-start'; readonly index: number; readonly block: Block; readonly choice?: number }
  /** The next piece of the part's text or arguments. */
  | { readonly type: 'block-delta'; readonly index: number; readonly delta: string }
  /** State that belongs to the part; a later one replaces it. */
  | { readonly type: 'block-opaque'; readonly index: number; readonly opaque: Opaque }
  /** A source that the part's text cites. */
  | { readonly type: 'block-citation'; readonly index: number; readonly citation: Citation }
  /** Log probabilities of the tokens in the delta before, as items of Chat's `logprobs.content`. */
  | { readonly type: 'block-logprobs'; readonly index: number; readonly logprobs: readonly JsonValue[] }
  /** A part ends. */
  | { readonly type: 'block-end'; readonly index: number }
  /** A part in one piece. */
  | { readonly type: 'block'; readonly index: number; readonly part: WholePart; readonly choice?: number }
  /** The token usage so far. */
  | { readonly type: 'usage'; readonly usage: Usage }
  /** The upstream is alive but has nothing to send yet. */
  | { readonly type: 'ping' }
  | FinishEvent;

/** A reply begins. */
export interface StartEvent {
  readonly type: 'start';
  /** The upstream's id of the reply; empty if it gave none. */
  readonly id: string;
  /** The model that answers, as the upstream names it. */
  readonly model: string;
  /** When the reply was created, in seconds since 1970. OpenAI only. */
  readonly created?: number;
  /** The prompt's token usage, if already known. Anthropic, Gemini and some servers of Chat. */
  readonly usage?: Usage;
  /** Fields of the reply that only its protocol knows. */
  readonly extensions?: Extensions;
}

/** A reply is complete. A stream that ends without it was cut off. */
export interface FinishEvent {
  readonly type: 'finish';
  /** Why the first choice ended. */
  readonly reason: FinishReason;
  /** Why the further choices ended, in order from choice 1. Absent: there is one choice. */
  readonly otherReasons?: readonly FinishReason[];
  /** The stop sequence that the model wrote. Anthropic only. */
  readonly stopSequence?: string;
  /** The final usage. Absent: the last report stands, or the gateway estimates. */
  readonly usage?: Usage;
  /** Fields of the reply that only its protocol knows. */
  readonly extensions?: Extensions;
}

/** A whole reply: its events, put together by `collect`. */
export interface ChatReply {
  /** As {@link StartEvent.id}. */
  readonly id: string;
  /** As {@link StartEvent.model}. */
  readonly model: string;
  /** As {@link StartEvent.created}. */
  readonly created?: number;
  /** The answers; at least one. */
  readonly choices: readonly Choice[];
  /** As {@link FinishEvent.stopSequence}. */
  readonly stopSequence?: string;
  /** The last reported usage. Absent: none was reported. */
  readonly usage?: Usage;
  /** Fields of start and finish that only the reply's protocol knows. */
  readonly extensions?: Extensions;
}

/** One answer of a reply. */
export interface Choice {
  /** What the model said, in order. */
  readonly content: readonly AssistantPart[];
  /** Why it ended. */
  readonly reason: FinishReason;
  /** Log probabilities of its tokens, as items of Chat's `logprobs.content`. */
  readonly logprobs?: readonly JsonValue[];
}
