/**
 * Steps between two ends of a stream, written by hand: each generator between them would cost every event
 * several turns of the event loop.
 */

/** Goes on with an iterator of which some values were already taken. */
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
export function mended<T>(values: AsyncIterable<T>, last: (error: unknown) => T): AsyncIterable<T> {
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
