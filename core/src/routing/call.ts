import type { CallContext, Log } from '../plugin/plugin.ts';
import {
  type Capabilities,
  type CapabilityTable,
  resolveCapabilities,
  rowsFor,
} from '../plugin/capabilities.ts';
import type { HttpPools } from '../transport/pools.ts';
import type { Dropped } from './exchange.ts';
import type { Upstream } from './upstream.ts';

export interface CallInput {
  readonly upstream: Upstream;
  /** The upstream's own name of the model; absent when the call is about none. */
  readonly model?: string;
  readonly requestId: string;
  /** Fires when whoever asked went away. */
  readonly signal?: AbortSignal;
  readonly log: Log;
  readonly dropped?: Dropped[];
}

/** One call of an upstream: its context, and what ends its clock. */
export interface Call {
  readonly context: CallContext;
  /** Must be called when the reply is over, however it ended. */
  release(): void;
}

/** Starts the clock of one call of an upstream: its signal fires at the total timeout or with `signal`. */
export function startCall(pools: HttpPools, input: CallInput): Call {
  const { upstream, signal } = input;
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(signal?.reason);
  if (signal?.aborted) onAbort();
  else signal?.addEventListener('abort', onAbort, { once: true });
  const timer = setTimeout(
    () => controller.abort(new DOMException('The total time is up.', 'TimeoutError')),
    upstream.config.timeouts.totalMs,
  );
  timer.unref();
  let capabilities: Capabilities | undefined;
  const context: CallContext = {
    requestId: input.requestId,
    signal: controller.signal,
    log: input.log,
    http: pools.client({ timeouts: upstream.config.timeouts, signal: controller.signal }),
    // Bytes that pass through need none.
    get capabilities() {
      return (capabilities ??= capabilitiesOf(upstream, input.model));
    },
    fetchFiles: (urls) => pools.files.fetchAll(urls, controller.signal),
    drop: (field, why) => void input.dropped?.push({ field, why }),
  };
  return {
    context,
    release() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    },
  };
}

/** What an upstream's model can do: what its provider knows of the family, then what the config says. */
export function capabilitiesOf({ type, config }: Upstream, model = ''): Capabilities {
  // Aggregators put the vendor in front: `deepseek/deepseek-chat`.
  const family = model.slice(model.lastIndexOf('/') + 1);
  return resolveCapabilities([
    ...rowsFor(family, type.capabilities ?? {}),
    ...rowsFor(model, config.capabilities as CapabilityTable),
  ]);
}
