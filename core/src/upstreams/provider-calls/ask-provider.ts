import type { CallContext } from '@dragoman/plugin';
import { runAs } from '../../registry/containment/plugin-scope.ts';
import type { UpstreamCall } from '../call.ts';
import { providerFailure } from './provider-failure.ts';

export interface AskOptions {
  /** False if the upstream may legitimately be silent for long, such as during a long upload. Default true. */
  readonly isImpatient?: boolean;
}

/**
 * Calls a provider and waits for it, but no longer than its call lasts: code that ignores the signal is abandoned.
 * Errors become what {@link providerFailure} makes of them.
 */
export function askProvider<T>(
  call: UpstreamCall,
  work: (context: CallContext) => PromiseLike<T> | T,
  { isImpatient = true }: AskOptions = {},
): Promise<T> {
  const { context, signal, upstream, silence } = call;
  return new Promise<T>((resolve, reject) => {
    const settle = (): void => {
      signal.removeEventListener('abort', onAbort);
      silence.stop();
    };
    const fail = (error: unknown): void => {
      settle();
      reject(providerFailure(error, upstream, signal));
    };
    const onAbort = (): void => fail(signal.reason);
    if (signal.aborted) {
      onAbort();
      return;
    }
    signal.addEventListener('abort', onAbort, { once: true });
    if (isImpatient) silence.wait();
    try {
      runAs(upstream.scope, () => Promise.resolve(work(context))).then((value) => {
        settle();
        resolve(value);
      }, fail);
    } catch (error) {
      fail(error);
    }
  });
}
