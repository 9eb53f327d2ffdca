import type { UpstreamConfig } from '../config/upstream.ts';
import type { Capabilities, Log, Provider, ProviderType } from '@dragoman/plugin';
import type { PluginScope } from '../registry/containment/plugin-scope.ts';
import type { Secrets } from '@dragoman/plugin/internal/text/secret-texts';
import type { ModelList } from './model-list.ts';
import type { TextRules } from './text-rules.ts';

/** A configured upstream, ready to be called. Its options contain decrypted secrets: never log it. */
export interface Upstream {
  readonly config: UpstreamConfig;
  /** Upstreams of the config file are read-only elsewhere. */
  readonly origin: 'file' | 'state';
  readonly type: ProviderType;
  /** The plugin that contributes its provider. */
  readonly plugin: string;
  readonly scope: PluginScope;
  readonly provider: Provider;
  /** The secrets of its options, which must not appear in errors. */
  readonly secrets: Secrets;
  /** Every line names the upstream and the plugin. */
  readonly log: Log;
  /** The capabilities of one of its models, by the upstream's own name; without a name, the defaults. A memory access. */
  capabilitiesOf(model?: string): Capabilities;
  /** How the text of one of its models is read, if it may hold calls or thoughts. */
  textRulesOf(model?: string): TextRules | undefined;
  /** Never throws, and does not take long. */
  close(): Promise<void>;
}

/** A configured upstream that cannot be used: its plugin is missing or fails, or its options cannot be read. */
export interface UnusableUpstream {
  /** As configured; secrets of the state are sealed. */
  readonly stored: UpstreamConfig;
  readonly origin: Upstream['origin'];
  /** What its plugin contributed when this was found out. */
  readonly type: ProviderType | undefined;
  /** Why, as a full sentence. */
  readonly reason: string;
}

/** The upstreams of the config file and of the state, kept in step with both. */
export interface Upstreams {
  /** All of them, in order: the file's first. A memory access. */
  all(): readonly Upstream[];
  /** A new number after each change of an upstream or its models. */
  revision(): number;
  get(id: string): Upstream | undefined;
  /** Upstreams that cannot be called, but are shown so that they can be repaired or removed. */
  unusable(): readonly UnusableUpstream[];
  /** Creates a temporary upstream, to test its options before they are saved. Throws a `CreateError`. */
  create(config: UpstreamConfig): Upstream;
  /** An upstream's models: `list(upstream).load({ refresh: true })` discovers them now. */
  list(upstream: Upstream): ModelList;
  close(): Promise<void>;
}
