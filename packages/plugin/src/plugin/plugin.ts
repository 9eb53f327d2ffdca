/**
 * What a plugin is. A plugin is data: a factory gives a plain object that names its protocols (wire formats
 * that clients speak), its providers (kinds of upstream) and its hooks (what sees requests and replies on their way). It
 * never sees Koa, the container or the config.
 * To write a provider, read `provider.ts` first; `docs/plugins.md` leads to the rest.
 */
import type { ApiVersion } from './api-version.ts';
import type { HookType } from './hooks/hook.ts';
import type { ObserverSetup, TraceObserver } from './observer.ts';
import type { Protocol } from './protocol.ts';
import type { ProviderType } from './provider.ts';
import type { ToolTextFormat } from './tool-format.ts';
import type { Tokenizer } from './wire-facts.ts';

/** Which version of a plugin this is, and what it was written for. */
export interface PluginMeta {
  /** The version of its package: `packageVersion(import.meta.url)`. */
  readonly version: string;
  /** The version of the plugin API that it was written for. A gateway with another one does not start. */
  readonly apiVersion: ApiVersion;
}

/** What a plugin's factory returns. */
export interface Plugin {
  /** Names the plugin in logs and errors, such as `openai`. Unique among the configured plugins. */
  readonly name: string;
  /** Without it, the gateway warns, and takes the plugin for one that was written for its own version of the API. */
  readonly meta?: PluginMeta;
  /** Creates an observer of all requests, such as an exporter of metrics. Called once, when the gateway starts. */
  readonly createObserver?: (setup: ObserverSetup) => TraceObserver;
  /**
   * The URL of a module that exports `WireReaders` as `wireReaders`. The trace thread imports it to decode recorded
   * bytes; without it, traces show the plugin's wires as raw bytes.
   */
  readonly wireReaders?: string;
  /** The wire formats that clients may speak. */
  readonly protocols?: readonly Protocol[];
  /** The kinds of upstream that the configuration may name. */
  readonly providers?: readonly ProviderType[];
  /** The kinds of hook that the configuration may name. */
  readonly hooks?: readonly HookType[];
  /** How models write tool calls as text, for upstreams that do not read them themselves. */
  readonly toolFormats?: readonly ToolTextFormat[];
  /** Counts the tokens of prompts when no upstream does. Default: estimated by length. */
  readonly tokenizers?: readonly Tokenizer[];
}
