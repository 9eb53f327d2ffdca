import { once } from 'node:events';
import { type ChatEvent, defined, GatewayError } from '@dragoman/plugin';
import type { Failure } from './models.ts';

/** Breaks an answer off as the model's failure says. The finish never comes through, however short the answer. */
export async function* breakOff(
  events: AsyncIterable<ChatEvent>,
  failure: Failure,
  signal: AbortSignal,
): AsyncGenerator<ChatEvent> {
  let told = 0;
  for await (const event of events) {
    if (told >= failure.afterEvents || event.type === 'finish') break;
    told += 1;
    yield event;
  }
  await fail(failure, signal);
}

export async function fail(
  { outcome, message, status, retryAfterMs }: Failure,
  signal: AbortSignal,
): Promise<never> {
  if (outcome !== 'silence') {
    const upstream = status === undefined ? undefined : { status };
    throw new GatewayError(outcome, message, defined({ retryAfterMs, upstream }));
  }
  if (!signal.aborted) await once(signal, 'abort');
  throw GatewayError.from(signal.reason);
}
