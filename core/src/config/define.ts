import type { z } from 'zod';
import type { Plugin } from '../plugin/plugin.ts';
import type { ProviderType } from '../plugin/provider.ts';
import type { RecordLevel } from './recording.ts';
import type { Price, UnknownPrice } from '../canonical/limits.ts';
import type { AliasInput, routingSchema } from './routing.ts';
import type { UpstreamInput } from './upstream.ts';

type Falsy = false | null | undefined | '' | 0;

type ProvidersOf<P> = P extends { readonly providers: readonly (infer Type)[] } ? Type : never;

/** An upstream whose `options` are those of the provider that it names. */
type UpstreamOf<Type> =
  Type extends ProviderType<infer Name, infer Options>
    ? Omit<UpstreamInput, 'provider' | 'options'> & { readonly provider: Name } & (Record<
          never,
          never
        > extends z.input<Options>
          ? { readonly options?: z.input<Options> }
          : { readonly options: z.input<Options> })
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
   * The memory that the bodies of all running requests may take, in bytes; those of one key may take half of it.
   * Default 256 MiB, or four times `bodyLimit` if that is more.
   */
  readonly bodyBudget?: number;
  /** The minimum rate of a request body, in bytes per second over 30 seconds; 0 for no minimum. Default 1024. */
  readonly minUploadRate?: number;
  /** How long a request may take to arrive, in milliseconds; 0 for no limit. Default 300,000. */
  readonly requestTimeoutMs?: number;
  /**
   * How long `/readyz` says 503 after a stop signal, in milliseconds, before no more connections are taken: as long as
   * a load balancer needs to notice. Default 0.
   */
  readonly shutdownDelayMs?: number;
  /** How long running requests may go on after that, in milliseconds. Default 30,000. */
  readonly shutdownGraceMs?: number;
  /** Silence on a stream after which a keep-alive is sent, in milliseconds. At most and by default 15,000. */
  readonly keepAliveMs?: number;
  /**
   * The address under which people and programs reach the gateway, without a path: `https://llm.example.com`.
   * Sign-in links, the console and the start banner use it.
   */
  readonly publicUrl?: string;
  /**
   * Addresses and networks of the proxies in front of the gateway: `['10.0.0.7', '10.1.0.0/16']`. Only their
   * `x-forwarded-for`, `x-forwarded-host` and `x-forwarded-proto` are used. Default: none.
   */
  readonly trustedProxies?: readonly string[];
  /** Serves HTTPS itself: files with a certificate chain and its key, as PEM, from this file. Read at the start. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

export interface ConfigInput<Plugins extends readonly Plugin[] = readonly Plugin[]> {
  /** What the gateway can speak and call. Upstreams below may name these plugins' providers. */
  readonly plugins: Plugins;
  /** Upstreams of this file; they are read-only in the console. Falsy entries are left out. */
  readonly upstreams?: readonly (UpstreamOf<ProvidersOf<Plugins[number]>> | Falsy)[];
  /** Names that clients may ask for besides the models, and who answers. */
  readonly aliases?: readonly AliasInput[];
  /** How requests find their way where an alias says nothing else. */
  readonly routing?: z.input<typeof routingSchema>;
  /**
   * What models cost, in US dollars per million tokens, by name or pattern. The public prices of the large APIs are
   * known; a missing price is never taken as 0. `unknown` says how requests under a cost limit are handled when the
   * price is missing: `'refuse'` (the default), `'allow'`, or a price per million tokens.
   */
  readonly prices?: Readonly<Record<string, Price | UnknownPrice>> & {
    readonly unknown?: UnknownPrice | Price;
  };
  readonly server?: ServerInput;
  /**
   * Serves the console and the admin API at their own address, so that bytes of upstreams never share their origin.
   * Default: they share the address of the clients.
   */
  readonly console?: {
    /** Serves them at this port, and nowhere else; 0 takes a free one. */
    readonly port?: number;
    /** The address to listen on with that port. Default: `server.host`. */
    readonly host?: string;
    /** Serves them at the clients' port, under these host names only; clients use any other name. */
    readonly hostnames?: readonly string[];
  };
  /** Whether clients need a key. `false` is refused unless the gateway listens on loopback only. */
  readonly auth?: boolean;
  /** The folder of the state, from this file. Default `./data`. */
  readonly data?: string;
  /** What is kept of conversations, for `previous_response_id` and for threads with a memory. */
  readonly conversations?: {
    /** The maximum number of turns; above it, the oldest of the key with the most are removed. Default 10,000. */
    readonly maxCount?: number;
    /** The size of all of them, in bytes. Default 1 GiB. */
    readonly maxBytes?: number;
    /** The size of those of one key, in bytes. Default an eighth of `maxBytes`. */
    readonly maxBytesPerKey?: number;
    /** How long a turn is kept, in milliseconds. Default 30 days. */
    readonly maxAgeMs?: number;
  };
  /** What is recorded of requests, for people who want to know what happened. */
  readonly traces?: {
    /**
     * `no-bodies`, the default: who, when, what model, which attempts, how long, at what cost. `full`: also what was
     * sent and answered on both sides, each tool call, and search. Keys and upstreams may be set otherwise.
     */
    readonly record?: RecordLevel;
    /** The most that is kept of one body, in bytes. Default 8 MiB. */
    readonly maxBodyBytes?: number;
    /** What is taken out of bodies before they are kept: JSON paths (`$..email`) and regular expressions. */
    readonly redact?: { readonly paths?: readonly string[]; readonly patterns?: readonly string[] };
    /** Keeps pictures, sounds and files, of which else only size and digest are kept. Default false. */
    readonly keepMedia?: boolean;
    /** How long a trace is kept, in milliseconds. Default 30 days. */
    readonly maxAgeMs?: number;
    /** The maximum number of traces; above it, the oldest of the key with the most are removed. Default 1,000,000. */
    readonly maxCount?: number;
    /** The size of the database, in bytes. Default 4 GiB. */
    readonly maxBytes?: number;
  };
  /** What Prometheus may read at `/metrics`. */
  readonly metrics?: {
    /** Default true. */
    readonly enabled?: boolean;
    /** At least 16 characters. Without one, metrics are shown to this machine only. */
    readonly token?: string;
    /** Serves them at a port of their own, and nowhere else. */
    readonly port?: number;
  };
  /** What is kept of the log of what administrators did. */
  readonly audit?: {
    /** The size of all its files, in bytes; the oldest entries are removed first. Default 256 MiB. */
    readonly maxBytes?: number;
    /** How long an entry is kept, in milliseconds. Default 400 days. */
    readonly maxAgeMs?: number;
  };
  /** Files that clients name by URL are fetched for upstreams that take none, from public addresses only. */
  readonly fetch?: {
    /** Default true. */
    readonly enabled?: boolean;
    /** Of all files of one request together, in bytes. Default 20 MiB. */
    readonly maxBytes?: number;
    /** For each file, in milliseconds. Default 10,000. */
    readonly timeoutMs?: number;
    /** Networks besides the public internet: `10.1.0.0/16`. Default: none. */
    readonly allow?: readonly string[];
    /** The ports that files may be fetched from, also in the networks of `allow`. Default: 80 and 443. */
    readonly ports?: readonly number[];
  };
  readonly log?: {
    readonly level?: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
    /** `auto` is readable in a terminal and JSON elsewhere. With `json`, the start prints no key and no sign-in link. */
    readonly format?: 'auto' | 'json' | 'pretty';
  };
}

/**
 * Types the configuration: each upstream's `options` are checked against the provider that it names, so a typo
 * is an error in the editor and a readable message at start.
 */
export function defineConfig<const Plugins extends readonly Plugin[]>(
  config: ConfigInput<Plugins>,
): ConfigInput<Plugins> {
  return config;
}
