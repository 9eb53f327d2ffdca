import type { CallContext, Log } from '../plugin/plugin.ts';
import { type Capabilities, DEFAULT_CAPABILITIES } from '../plugin/capabilities.ts';
import type { HttpPools } from '../transport/pools.ts';
import { matchesPattern } from '../config/pattern.ts';
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
  const context: CallContext = {
    requestId: input.requestId,
    signal: controller.signal,
    log: input.log,
    http: pools.client({ timeouts: upstream.config.timeouts, signal: controller.signal }),
    capabilities: capabilitiesOf(upstream, input.model),
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

/** The capabilities of an upstream's model: the defaults, then every matching row of its config in order. */
export function capabilitiesOf(upstream: Upstream, model = ''): Capabilities {
  let capabilities = DEFAULT_CAPABILITIES;
  for (const [pattern, overrides] of Object.entries(upstream.config.capabilities)) {
    if (matchesPattern(pattern, model)) capabilities = { ...capabilities, ...overrides } as Capabilities;
  }
  return capabilities;
}
