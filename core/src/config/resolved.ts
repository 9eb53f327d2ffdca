import type { RecordLevel } from './recording.ts';
import type { RedactionRules } from './redaction.ts';
import type { Plugin } from '@dragoman/plugin';
import type { PriceConfig } from '@dragoman/plugin/internal/canonical/limits';
import type { AliasConfig, RoutingConfig } from './routing.ts';
import type { HookConfig } from './hook.ts';
import type { UpstreamConfig } from './upstream.ts';

/** The configuration, complete and checked: file, environment and flags, with every default filled in. */
export interface ResolvedConfig {
  /** The config file's absolute path; absent if the configuration was given as a value. */
  readonly file?: string;
  readonly plugins: readonly Plugin[];
  readonly upstreams: readonly UpstreamConfig[];
  readonly hooks: readonly HookConfig[];
  readonly aliases: readonly AliasConfig[];
  readonly routing: RoutingConfig;
  /** Prices that the public tables lack or have wrong. */
  readonly prices: PriceConfig;
  readonly server: {
    readonly host: string;
    readonly port: number;
    readonly cors: '*' | readonly string[];
    readonly bodyLimit: number;
    /** The memory that all request bodies may take at once, in bytes. */
    readonly bodyBudget: number;
    /** In bytes per second; 0 for none. */
    readonly minUploadRate: number;
    readonly requestTimeoutMs: number;
    readonly shutdownDelayMs: number;
    readonly shutdownGraceMs: number;
    readonly keepAliveMs: number;
    /** The public origin of the gateway, if it differs from where it listens. */
    readonly publicUrl?: string;
    /** Addresses and networks of proxies whose `x-forwarded-…` headers are used. */
    readonly trustedProxies: readonly string[];
    /** PEM files, by absolute path. */
    readonly tls?: { readonly cert: string; readonly key: string };
  };
  /** Where the console and the admin API are served, if not at the clients' address. */
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
    /** Whether startup may print the first key and a sign-in link: not with JSON logs. */
    readonly printsSecrets: boolean;
  };
  /** Retention of conversations, in total and per key. */
  readonly conversations: {
    readonly maxCount: number;
    readonly maxBytes: number;
    readonly maxBytesPerKey: number;
    readonly maxAgeMs: number;
  };
  /** What is recorded of requests, and for how long it is kept. */
  readonly traces: {
    readonly record: RecordLevel;
    readonly maxBodyBytes: number;
    readonly redact: Pick<RedactionRules, 'paths' | 'patterns'>;
    readonly keepMedia: boolean;
    readonly maxAgeMs: number;
    readonly maxCount: number;
    readonly maxBytes: number;
  };
  /** Access to metrics. */
  readonly metrics: { readonly enabled: boolean; readonly token?: string; readonly port?: number };
  /** Retention of the audit log. */
  readonly audit: { readonly maxBytes: number; readonly maxAgeMs: number };
  /** How to fetch files that clients name by URL. */
  readonly fetch: {
    readonly enabled: boolean;
    readonly maxBytes: number;
    readonly timeoutMs: number;
    readonly allow: readonly string[];
    readonly ports: readonly number[];
  };
  /** Credentials of the admin API from the environment. */
  readonly admin: { readonly token?: string; readonly password?: string };
  /** The key of secrets at rest (`DRAGOMAN_SECRET`); absent: a generated key file. */
  readonly secret?: string;
}
