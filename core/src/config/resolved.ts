import type { RecordLevel } from './recording.ts';
import type { RedactionRules } from './redaction.ts';
import type { Plugin } from '../plugin/plugin.ts';
import type { PriceConfig } from '../canonical/limits.ts';
import type { AliasConfig, RoutingConfig } from './routing.ts';
import type { UpstreamConfig } from './upstream.ts';

/** The configuration, complete and checked: file, environment and flags, with every default filled in. */
export interface ResolvedConfig {
  /** The config file's absolute path; absent when the configuration was given as a value. */
  readonly file?: string;
  readonly plugins: readonly Plugin[];
  readonly upstreams: readonly UpstreamConfig[];
  readonly aliases: readonly AliasConfig[];
  readonly routing: RoutingConfig;
  /** What models cost, where the public tables do not know or are wrong. */
  readonly prices: PriceConfig;
  readonly server: {
    readonly host: string;
    readonly port: number;
    readonly cors: '*' | readonly string[];
    readonly bodyLimit: number;
    /** The memory that all request bodies may take at once, in bytes. */
    readonly bodyBudget: number;
    /** In bytes a second; 0 for none. */
    readonly minUploadRate: number;
    readonly requestTimeoutMs: number;
    readonly shutdownDelayMs: number;
    readonly shutdownGraceMs: number;
    readonly keepAliveMs: number;
    /** The origin under which people and programs reach the gateway, when that is not where it listens. */
    readonly publicUrl?: string;
    /** Addresses and networks of proxies whose `x-forwarded-…` headers are used. */
    readonly trustedProxies: readonly string[];
    /** PEM files, by their absolute paths. */
    readonly tls?: { readonly cert: string; readonly key: string };
  };
  /** Where the console and the admin API are served, if not where clients call. */
  readonly console: {
    readonly port?: number;
    readonly host?: string;
    readonly hostnames?: readonly string[];
  };
  readonly auth: boolean;
  /** The data folder's absolute path. */
  readonly data: string;
  readonly log: {
    readonly level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
    readonly format: 'json' | 'pretty';
    /** Whether the start may print the first key and a sign-in link: not where JSON was asked for. */
    readonly printsSecrets: boolean;
  };
  /** How much is kept of conversations, in all and of one key, and for how long. */
  readonly conversations: {
    readonly maxCount: number;
    readonly maxBytes: number;
    readonly maxBytesPerKey: number;
    readonly maxAgeMs: number;
  };
  /** What is recorded of requests, and how much of it is kept. */
  readonly traces: {
    readonly record: RecordLevel;
    readonly maxBodyBytes: number;
    readonly redact: Pick<RedactionRules, 'paths' | 'patterns'>;
    readonly keepMedia: boolean;
    readonly maxAgeMs: number;
    readonly maxCount: number;
    readonly maxBytes: number;
  };
  /** What Prometheus may read. */
  readonly metrics: { readonly enabled: boolean; readonly token?: string; readonly port?: number };
  /** How much of the audit log is kept, and for how long. */
  readonly audit: { readonly maxBytes: number; readonly maxAgeMs: number };
  /** How files are fetched that clients name by URL. */
  readonly fetch: {
    readonly enabled: boolean;
    readonly maxBytes: number;
    readonly timeoutMs: number;
    readonly allow: readonly string[];
    readonly ports: readonly number[];
  };
  /** Credentials of the admin API that come from the environment. */
  readonly admin: { readonly token?: string; readonly password?: string };
  /** What secrets at rest are encrypted with (`DRAGOMAN_SECRET`); absent means a generated key file. */
  readonly secret?: string;
}
