import { setTimeout } from 'node:timers/promises';
import { GatewayError } from '@dragoman/plugin';

/** Waits; an abort ends the wait at once with the reason of the abort. */
export async function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  try {
    signal.throwIfAborted();
    if (delayMs > 0) await setTimeout(delayMs, undefined, { signal });
  } catch {
    throw GatewayError.from(signal.reason);
  }
}
