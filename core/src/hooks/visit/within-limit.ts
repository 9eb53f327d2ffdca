/** Waits for a hook's result for a limited time, while the signal has not fired. */
export function withinLimit(given: unknown, ms: number, signal: AbortSignal): unknown {
  if (!isPromiseLike(given)) return given;
  return new Promise<unknown>((resolve, reject) => {
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
    const fail = (error: unknown): void => {
      settle();
      reject(error);
    };
    const onAbort = (): void => fail(signal.reason);
    const timer = setTimeout(() => fail(lateBy(ms)), ms);
    signal.addEventListener('abort', onAbort, { once: true });
    given.then((value) => {
      settle();
      resolve(value);
    }, fail);
  });
}

export function lateBy(ms: number): Error {
  return new Error(`It took more than ${ms} ms.`);
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as Partial<PromiseLike<unknown>> | null | undefined)?.then === 'function';
}
