import type { z } from 'zod';
import type { HookType, Plugin, ProviderType } from '@dragoman/plugin';
import type { RecordLevel } from './recording.ts';
import type { Price, UnknownPrice } from '@dragoman/plugin/internal/canonical/limits';
import type { AliasInput, routingSchema } from './routing.ts';
import type { HookInput } from './hook.ts';
import type { UpstreamInput } from './upstream.ts';

type Falsy = false | null | undefined | '' | 0;

/** Options may be left out if all of them are optional. */
type WithOptions<Options> =
  Record<never, never> extends Options ? { readonly options?: Options } : { readonly options: Options };

type ProvidersOf<P> = P extends { readonly providers: readonly (infer Type)[] } ? Type : never;

/** An upstream with the options of the provider that it names. */
type UpstreamOf<Type> =
  Type extends ProviderType<infer Name, infer Options>
    ? Omit<UpstreamInput, 'provider' | 'options'> & { readonly provider: Name } & WithOptions<
          z.input<Options>
        >
    : never;

type HooksOf<P> = P extends { readonly hooks: readonly (infer Type)[] } ? Type : never;

/** A hook with the options of the kind that it names. */
type HookOf<Type> =
  Type extends HookType<infer Name, infer Options>
    ? Omit<HookInput, 'hook' | 'options'> & { readonly hook: Name } & WithOptions<z.input<Options>>
    : never;

export interface ServerInput {
  /** The address to listen on. Default `127.0.0.1`. */
  readonly host?: string;
  /** The port to listen on; 0 takes a free one. Default 8787. */
  readonly port?: number;
  /** Origins of web pages that may call the gateway, or `'*'`. Default: none. */
  readonly cors?: '*' | readonly string[];
  /** The largest request body, in bytes. Default 32 MiB. */
  readonly bodyLimit?: number;
  /**
   * The memory for the bodies of all running requests, in bytes; those of one key may take half of it. Default 256 MiB,
   * or four times `bodyLimit` if that is more.
   */
  readonly bodyBudget?: number;
  /** The minimum rate of a request body, in bytes per second over 30 seconds; 0 for no minimum. Default 1024. */
  readonly minUploadRate?: number;
  /** How long a request may take to arrive, in milliseconds; 0 for no limit. Default 300,000. */
  readonly requestTimeoutMs?: number;
  /**
   * How long `/readyz` returns 503 after a stop signal before the gateway stops accepting connections, in milliseconds:
   * the time that a load balancer needs to notice. Default 0.
   */
  readonly shutdownDelayMs?: number;
  /** How long running requests may continue after that, in milliseconds. Default 30,000. */
  readonly shutdownGraceMs?: number;
  /** Silence on a stream after which a keep-alive is sent, in milliseconds. At most and by default 15,000. */
  readonly keepAliveMs?: number;
  /**
   * The public URL of the gateway, without a path: `https://llm.example.com`. Sign-in links, the console and the start
   * banner use it.
   */
  readonly publicUrl?: string;
  /**
   * Addresses and networks of the proxies in front of the gateway: `['10.0.0.7', '10.1.0.0/16']`. Only their
   * `x-forwarded-for`, `x-forwarded-host` and `x-forwarded-proto` are used. Default: none.
   */
  readonly trustedProxies?: readonly string[];
  /** Serves HTTPS itself: PEM files with a certificate chain and its key, relative to this file. Read at startup. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

export interface ConfigInput<Plugins extends readonly Plugin[] = readonly Plugin[]> {
  /** The protocols and providers to load. The upstreams below may name these plugins' providers. */
  readonly plugins: Plugins;
  /** Upstreams of this file; they are read-only in the console. Falsy entries are skipped. */
  readonly upstreams?: readonly (UpstreamOf<ProvidersOf<Plugins[number]>> | Falsy)[];
  /**
   * What sees requests and replies on their way, in this order; `order: 'pre'` and `'post'` move a hook to either end.
   * Falsy entries are skipped.
   */
  readonly hooks?: readonly (HookOf<HooksOf<Plugins[number]>> | Falsy)[];
  /** Additional model names, and the candidates that serve them. */
  readonly aliases?: readonly AliasInput[];
  /** How requests are routed unless an alias says otherwise. */
  readonly routing?: z.input<typeof routingSchema>;
  /**
   * What models cost, in US dollars per million tokens, by name or pattern. The public prices of the large APIs are
   * built in; a missing price never counts as 0. `unknown` says what to do with requests under a cost limit whose price
   * is missing: `'refuse'` (the default), `'allow'`, or a price per million tokens.
   */
  readonly prices?: Readonly<Record<string, Price | UnknownPrice>> & {
    readonly unknown?: UnknownPrice | Price;
  };
  readonly server?: ServerInput;
  /**
   * Serves the console and the admin API at their own address, so that upstream bytes never share their origin. Default:
   * they share the clients' address.
   */
  readonly console?: {
    /** Serves them on this port only; 0 takes a free one. */
    readonly port?: number;
    /** The address to listen on with that port. Default: `server.host`. */
    readonly host?: string;
    /** Serves them on the clients' port, for these host names only; clients use any other name. */
    readonly hostnames?: readonly string[];
  };
  /** Whether clients need a key. `false` is refused unless the gateway listens on loopback only. */
  readonly auth?: boolean;
  /** The data folder, relative to this file. Default `./data`. */
  readonly data?: string;
  /** What is kept of conversations, for `previous_response_id` and for threads with memory. */
  readonly conversations?: {
    /** The maximum number of turns; beyond it, the oldest of the key with the most are removed. Default 10,000. */
    readonly maxCount?: number;
    /** The total size, in bytes. Default 1 GiB. */
    readonly maxBytes?: number;
    /** The size per key, in bytes. Default an eighth of `maxBytes`. */
    readonly maxBytesPerKey?: number;
    /** How long a turn is kept, in milliseconds. Default 30 days. */
    readonly maxAgeMs?: number;
  };
  /** What is recorded of requests. */
  readonly traces?: {
    /**
     * `no-bodies`, the default: who, when, what model, which attempts, how long, at what cost. `full`: also the bodies on
     * both sides, each tool call, and full-text search. Keys and upstreams may override it.
     */
    readonly record?: RecordLevel;
    /** The most that is kept of a body, in bytes. Default 8 MiB. */
    readonly maxBodyBytes?: number;
    /** What is redacted in bodies before they are kept: JSON paths (`$..email`) and regular expressions. */
    readonly redact?: { readonly paths?: readonly string[]; readonly patterns?: readonly string[] };
    /** Keeps images, audio and files; otherwise only their size and digest are kept. Default false. */
    readonly keepMedia?: boolean;
    /** How long a trace is kept, in milliseconds. Default 30 days. */
    readonly maxAgeMs?: number;
    /** The maximum number of traces; beyond it, the oldest of the key with the most are removed. Default 1,000,000. */
    readonly maxCount?: number;
    /** The size of the database, in bytes. Default 4 GiB. */
    readonly maxBytes?: number;
  };
  /** Metrics for Prometheus at `/metrics`. */
  readonly metrics?: {
    /** Default true. */
    readonly enabled?: boolean;
    /** At least 16 characters. Without one, only this machine can read metrics. */
    readonly token?: string;
    /** Serves them on their own port only. */
    readonly port?: number;
  };
  /** Retention of the audit log. */
  readonly audit?: {
    /** The size of all its files, in bytes; the oldest entries are removed first. Default 256 MiB. */
    readonly maxBytes?: number;
    /** How long an entry is kept, in milliseconds. Default 400 days. */
    readonly maxAgeMs?: number;
  };
  /** Fetches files that clients name by URL, for upstreams that accept none, from public addresses only. */
  readonly fetch?: {
    /** Default true. */
    readonly enabled?: boolean;
    /** For all files of one request together, in bytes. Default 20 MiB. */
    readonly maxBytes?: number;
    /** For each file, in milliseconds. Default 10,000. */
    readonly timeoutMs?: number;
    /** Networks in addition to the public internet: `10.1.0.0/16`. Default: none. */
    readonly allow?: readonly string[];
    /** The ports to fetch from, also in the networks of `allow`. Default: 80 and 443. */
    readonly ports?: readonly number[];
  };
  readonly log?: {
    readonly level?: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
    /** `auto` is pretty in a terminal and JSON elsewhere. With `json`, startup prints no key and no sign-in link. */
    readonly format?: 'auto' | 'json' | 'pretty';
  };
}

/**
 * Types the configuration: each upstream's `options` are checked against the provider that it names, so a typo is an
 * error in the editor and a readable message at startup.
 */
export function defineConfig<const Plugins extends readonly Plugin[]>(
  config: ConfigInput<Plugins>,
): ConfigInput<Plugins> {
  return config;
}
