/**
 * Hand-written stream steps: each generator in their place would cost every event several turns of the event loop.
 */

/** Continues an iterator after some values were taken from it. */
export function resumed<T>(taken: readonly T[], rest: AsyncIterator<T>): AsyncIterable<T> {
  let next = 0;
  const iterator: AsyncIterator<T> = {
    next() {
      const value = taken[next++];
      return value === undefined ? rest.next() : Promise.resolve({ value, done: false });
    },
    return: async () => {
      await rest.return?.();
      return { value: undefined, done: true };
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}

/** Ends with one more value instead of failing. */
export function recovered<T>(values: AsyncIterable<T>, last: (error: unknown) => T): AsyncIterable<T> {
  const source = values[Symbol.asyncIterator]();
  let isOver = false;
  const iterator: AsyncIterator<T> = {
    next() {
      if (isOver) return Promise.resolve({ value: undefined, done: true });
      return source.next().catch((error: unknown) => {
        isOver = true;
        return { value: last(error), done: false };
      });
    },
    return: async () => {
      isOver = true;
      await source.return?.();
      return { value: undefined, done: true };
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}
