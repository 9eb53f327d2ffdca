/** Code that sees requests and replies on their way: authors of hooks start here. */
import type { z } from 'zod';
import type { ChatEvent, ChatRequest } from '../../canonical/chat.ts';
import type { JsonObject } from '../../canonical/json.ts';
import type { HeaderMap, HttpClient } from '../../transport/http.ts';
import type { Caller, Log } from '../call-context.ts';
import type { Capabilities } from '../capabilities.ts';
import type { Clock } from '../setup/clock.ts';
import type { KeyValue } from '../setup/key-value.ts';
import type { Answer, ModelPlace } from './answer.ts';

/** A value, or a promise of it. */
export type Awaitable<T> = T | PromiseLike<T>;

/** Where a hook stands among others. Within one order, the configuration decides. */
export type HookOrder = 'pre' | 'normal' | 'post';

/**
 * A kind of hook. `options` is a Zod object: it gives the type in `gateway.config.ts`, the check at start and the form
 * in the console, as for a provider.
 */
export interface HookType<Name extends string = string, Options extends z.ZodObject = z.ZodObject> {
  /** What `hook` names in the configuration, such as `guard`. Unique among all plugins. */
  readonly name: Name;
  /** The name for people, in the console. */
  readonly title: string;
  /** One sentence for the console: what it does. */
  readonly description: string;
  /** The schema of a hook's `options`. Mark secrets with `secret`. */
  readonly options: Options;
  /**
   * `pre` hooks see a request before all others and its reply after them, `post` hooks the other way round. The
   * configuration can override it. Default: `normal`.
   */
  readonly order?: HookOrder;
  /** Creates one configured hook. It must return at once: connect on the first request. */
  create(options: z.output<Options>, setup: HookSetup): Hook;
}

/** What a hook gets when it is created. */
export interface HookSetup {
  /** The id of the hook in the configuration. */
  readonly hookId: string;
  /** Every line names the hook and the plugin. */
  readonly log: Log;
  /** Sends HTTP while the hook exists: for what several requests share. */
  readonly http: HttpClient;
  /** Fires when the hook is closed: when it was changed or removed, or the gateway stops. */
  readonly signal: AbortSignal;
  /** A few small values that outlive the gateway, encrypted at rest. */
  readonly store: KeyValue;
  /** The time. Use it instead of `Date.now()`, so that tests can set the clock. */
  readonly clock: Clock;
  /** The path of this hook's own folder within the data folder; the first call makes it. Throws without a data folder. */
  folder(): string;
}

/**
 * One configured hook. Each method is optional. They run in this order: `raw`, `request`, `attempt`, `reply`.
 *
 * A hook that applies to a request turns its fast path off, unless the hook has only `raw`: the request is decoded and
 * the reply encoded anew. Requests and events are frozen: return a new one to change it.
 */
export interface Hook {
  /** Whether the hook applies to a request, beyond what the configuration says. It must return at once. Default: always. */
  applies?(on: HookContext): boolean;
  /**
   * Runs once, before the request is routed; a hook that is attached to upstreams runs it at each attempt instead.
   * Returns the request, changed or not, or `answer(…)` to reply without an upstream. `refuse(…)` refuses.
   */
  request?(request: ChatRequest, on: HookContext): Awaitable<ChatRequest | Answer>;
  /** Runs for each candidate that is tried. Returns the request, changed or not, for this candidate alone. */
  attempt?(request: ChatRequest, on: AttemptContext): Awaitable<ChatRequest>;
  /**
   * Sees a reply as it passes, streamed or not. An async generator: yield events on at once, or a client waits for its
   * stream. What it yields must keep the grammar of {@link ChatEvent}. It begins with the first content of the reply, so a
   * candidate that failed before that is not seen; if the reply fails later, iterating `events` throws.
   */
  reply?(events: AsyncIterable<ChatEvent>, on: ReplyContext): AsyncIterable<ChatEvent>;
  /**
   * Sees the client's JSON body before it is decoded, in the client's own wire. Returns the changed body, or `undefined`
   * to leave it. Requests are still forwarded. It must return at once.
   */
  raw?(body: JsonObject, on: RawContext): JsonObject | undefined;
  /** Called when the hook is closed. The gateway waits for at most two seconds. */
  close?(): Promise<void>;
}

/** The context of one request. */
export interface HookContext {
  /** The gateway's id of the client's request, such as `req_0198…`. It names the trace. */
  readonly requestId: string;
  /** Who sent the request. */
  readonly caller: Caller;
  /** The model as the client named it. */
  readonly model: string;
  /** The client's protocol, such as `openai-chat`. */
  readonly protocol: string;
  /** The client's headers without its credentials. Lower-case names. */
  readonly headers: HeaderMap;
  /**
   * Fires when the request is over, however it ended, or when this hook has failed or taken too long. If the request
   * failed before its reply began, the reason is the `GatewayError` that the client gets.
   */
  readonly signal: AbortSignal;
  /** Every line names the request, the hook and the plugin. */
  readonly log: Log;
  /** Sends HTTP with this request's signal. */
  readonly http: HttpClient;
  /**
   * What this hook remembers of this request, from one method to the next. Each attempt begins with a copy of what
   * `request` left there, so attempts do not see each other's entries: set new values rather than change old ones.
   */
  readonly state: Map<unknown, unknown>;
  /** Reports what the hook found. Traces show it and metrics count it. */
  note(finding: Finding): void;
  /**
   * Lets the request go on after its client has disconnected, until the returned function is called: for a reply that
   * other requests wait for. It still ends when the gateway stops.
   */
  hold(): () => void;
  /** Sets a header of the reply, whose name begins with `x-dragoman-`. It must be set before the reply's first content. */
  replyHeader(name: string, value: string): void;
}

/** The context of one attempt. */
export interface AttemptContext extends HookContext {
  /** The id of the upstream that is tried. */
  readonly upstream: string;
  /** The upstream's own name of the model. */
  readonly upstreamModel: string;
  /** What the model can do. */
  readonly capabilities: Capabilities;
}

/** The context of a reply. */
export interface ReplyContext extends HookContext {
  /** Who replies. Absent: another hook answered. */
  readonly from?: ModelPlace;
}

/** The context of a body that is not decoded. */
export interface RawContext extends HookContext {
  /** The wire of the body, such as `openai-chat`. */
  readonly wire: string;
}

/** Something that a hook found. Never put the secret itself into it. */
export interface Finding {
  /** Which rule of the hook: `credit-card`. */
  readonly rule: string;
  /** What the hook did about it. `hit` and `miss` are those of a cache. */
  readonly action: 'pass' | 'change' | 'refuse' | 'hit' | 'miss';
  /** More for operators: `2 numbers in messages[0]`. */
  readonly detail?: string;
}
