import { GatewayError } from '../canonical/errors.ts';

/** Waits for work until a signal fires. The work goes on. */
export function waitFor<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(GatewayError.from(signal.reason));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    const settle = (): void => signal.removeEventListener('abort', onAbort);
    work.then(resolve, reject).then(settle, settle);
  });
}
