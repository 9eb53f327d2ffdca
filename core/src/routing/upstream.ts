import type { UpstreamConfig } from '../config/upstream.ts';
import type { Capabilities } from '../plugin/capabilities.ts';
import type { Provider, ProviderType } from '../plugin/plugin.ts';
import type { Secrets } from '../plugin/secret-texts.ts';
import type { ModelList } from './model-list.ts';

/** One configured upstream, ready to be called. Its options hold secrets in the clear: never log it. */
export interface Upstream {
  readonly config: UpstreamConfig;
  /** Upstreams of the config file are read-only elsewhere. */
  readonly origin: 'file' | 'state';
  readonly type: ProviderType;
  readonly provider: Provider;
  /** Those of its options, which must not appear in errors. */
  readonly secrets: Secrets;
  /** What one of its models can do, by the upstream's own name of it; without a name, what any can. A memory access. */
  capabilitiesOf(model?: string): Capabilities;
}

/** The upstreams of the config file and of the state, kept in step with both. */
export interface Upstreams {
  /** All of them, in order: the file's first. A memory access. */
  all(): readonly Upstream[];
  /** Another number after each change of an upstream or of what one serves. */
  revision(): number;
  get(id: string): Upstream | undefined;
  /** Creates an upstream that is not kept, to try its options before they are saved. */
  create(config: UpstreamConfig): Upstream;
  /** What an upstream serves: `list(upstream).load({ refresh: true })` asks it now. */
  list(upstream: Upstream): ModelList;
  close(): Promise<void>;
}
