import type { UpstreamConfig } from '../config/upstream.ts';
import type { Capabilities } from '../plugin/capabilities.ts';
import type { Log } from '../plugin/call-context.ts';
import type { Provider, ProviderType } from '../plugin/provider.ts';
import type { PluginScope } from '../plugin/containment/plugin-scope.ts';
import type { Secrets } from '../text/secret-texts.ts';
import type { ModelList } from './model-list.ts';

/** One configured upstream, ready to be called. Its options hold secrets in the clear: never log it. */
export interface Upstream {
  readonly config: UpstreamConfig;
  /** Upstreams of the config file are read-only elsewhere. */
  readonly origin: 'file' | 'state';
  readonly type: ProviderType;
  /** The name of the plugin that brings its provider. */
  readonly plugin: string;
  readonly scope: PluginScope;
  readonly provider: Provider;
  /** Those of its options, which must not appear in errors. */
  readonly secrets: Secrets;
  /** Every line names the upstream and the plugin. */
  readonly log: Log;
  /** What one of its models can do, by the upstream's own name of it; without a name, what any can. A memory access. */
  capabilitiesOf(model?: string): Capabilities;
  /** Never throws, and does not wait for long. */
  close(): Promise<void>;
}

/** A configured upstream that cannot be used: its plugin is gone or fails, or its options cannot be read any more. */
export interface UnusableUpstream {
  /** As configured; secrets of the state are sealed. */
  readonly stored: UpstreamConfig;
  readonly origin: Upstream['origin'];
  /** Why, as a full sentence. */
  readonly reason: string;
}

/** The upstreams of the config file and of the state, kept in step with both. */
export interface Upstreams {
  /** All of them, in order: the file's first. A memory access. */
  all(): readonly Upstream[];
  /** Another number after each change of an upstream or of what one serves. */
  revision(): number;
  get(id: string): Upstream | undefined;
  /** Those that nobody can ask, but people have to see, to mend or to remove. */
  unusable(): readonly UnusableUpstream[];
  /** Creates an upstream that is not kept, to try its options before they are saved. Throws a `CreateError`. */
  create(config: UpstreamConfig): Upstream;
  /** What an upstream serves: `list(upstream).load({ refresh: true })` asks it now. */
  list(upstream: Upstream): ModelList;
  close(): Promise<void>;
}
