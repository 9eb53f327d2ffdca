/** What a kind of upstream is: provider authors start here. */
import type { z } from 'zod';
import type { ChatEvent, ChatRequest } from '../canonical/chat.ts';
import type { EmbedReply, EmbedRequest } from '../canonical/embed.ts';
import type { Price } from '../canonical/limits.ts';
import type { Model } from '../canonical/models.ts';
import type { HttpClient } from '../transport/http.ts';
import type { CallContext, Log } from './call-context.ts';
import type { CapabilityTable } from './capabilities.ts';
import type { Forward } from './forward.ts';
import type { Clock } from './setup/clock.ts';
import type { KeyValue } from './setup/key-value.ts';
import type { RateLimitHeaders } from './wire-facts.ts';

/** One upstream, ready to be called. `chat` is the only required method. */
export interface Provider {
  /**
   * Answers a request, whose `model` is already the upstream's own name for it. Streaming or not, the answer is
   * events. Throws a `GatewayError`, ideally before the first event: then another candidate can still be tried.
   */
  chat(request: ChatRequest, context: CallContext): AsyncIterable<ChatEvent>;
  /** Lists what the upstream serves. Absent: the configuration names the models, or clients do. */
  models?(context: CallContext): Promise<readonly Model[]>;
  /** Embeds inputs, in order. Absent: the upstream serves no embeddings. */
  embed?(request: EmbedRequest, context: CallContext): Promise<EmbedReply>;
  /** Counts the tokens of a request's prompt. Absent: the gateway estimates. */
  countTokens?(request: ChatRequest, context: CallContext): Promise<number>;
  /** The fast path: the client's bytes pass through to an upstream that speaks the same wire. */
  readonly forward?: Forward;
  /** Headers that report rate limits: an exhausted upstream is skipped until its reset. Default: none. */
  readonly rateLimits?: readonly RateLimitHeaders[];
  /** Called when the upstream is closed. The gateway waits for at most two seconds. */
  close?(): Promise<void>;
}

/** What a provider gets when an upstream is created. */
export interface ProviderSetup {
  /** The id of the upstream in the configuration. */
  readonly upstreamId: string;
  /** Every line names the upstream and the plugin. */
  readonly log: Log;
  /**
   * Sends HTTP with the upstream's timeouts while the upstream exists: for what several calls share, such as a login,
   * which must not end when the client that started it disconnects.
   */
  readonly http: HttpClient;
  /** Fires when the upstream is closed: when it was changed or removed, or the gateway stops. */
  readonly signal: AbortSignal;
  /**
   * Keeps a few texts of this upstream, 64 KiB in all. Use it for what can be had again: it is emptied when an address
   * in the options changes, and removed with the upstream.
   */
  readonly store: KeyValue;
  /** What time it is. Tests replace it. */
  readonly clock: Clock;
  /**
   * Redacts a secret that the provider learnt, such as a token, from errors, logs and traces, like the secrets of its
   * options. `singleFlight` does so for the headers of credentials.
   */
  readonly redact: (secret: string) => void;
}

/**
 * A kind of upstream. `options` is a Zod object: it gives the type in `gateway.config.ts`, the check at start
 * and the form in the console (from `title`, `description` and {@link secret} marks in its metadata).
 */
export interface ProviderType<Name extends string = string, Options extends z.ZodObject = z.ZodObject> {
  /** What `provider` names in the configuration, such as `openai`. Unique among all plugins. */
  readonly name: Name;
  /** The name for people, in the console. */
  readonly title: string;
  /** One sentence for the console: what it connects to. */
  readonly description: string;
  /** The schema of an upstream's `options`. Mark secrets with {@link secret}. */
  readonly options: Options;
  /** What models of known families can do. An upstream's own rows take precedence. */
  readonly capabilities?: CapabilityTable;
  /** What an upstream's options say of its models, by the names of capabilities. The upstream's own rows take precedence. */
  capabilitiesOf?(options: z.output<Options>): CapabilityTable;
  /** The price of its models if neither the config nor the public price lists have one; 0 if they are free. */
  readonly price?: Price;
  /** Creates the provider of one upstream. It must return at once: connect on the first call. */
  create(options: z.output<Options>, setup: ProviderSetup): Provider;
}
