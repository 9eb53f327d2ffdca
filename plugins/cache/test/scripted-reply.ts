import type { ChatEvent } from '@dragoman/plugin';

/** What a reply does. */
export interface Script {
  readonly events: readonly ChatEvent[];
  /** Thrown after the events. Default: the reply ends. */
  readonly error?: unknown;
  /** It does not end after the events. */
  readonly isEndless?: boolean;
  /** Resolves when an event may come. Default: at once. */
  readonly until?: (index: number) => Promise<void>;
}

/** A reply that does what it is told, and tells how it was read. */
export function scriptedReply({ events, error, isEndless = false, until }: Script) {
  let at = 0;
  const seen = { asked: 0, isClosed: false };
  const iterator: AsyncIterator<ChatEvent> = {
    async next() {
      seen.asked += 1;
      const index = at++;
      await until?.(index);
      const value = events[index];
      if (value) return { value, done: false };
      if (error !== undefined) throw error;
      if (isEndless) await new Promise(() => {});
      return { value: undefined, done: true };
    },
    async return() {
      seen.isClosed = true;
      return { value: undefined, done: true };
    },
  };
  return {
    [Symbol.asyncIterator]: () => iterator,
    get asked() {
      return seen.asked;
    },
    get isClosed() {
      return seen.isClosed;
    },
  };
}

export async function readAll<T>(values: AsyncIterable<T> | Iterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}
