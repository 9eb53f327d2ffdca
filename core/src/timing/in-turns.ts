import { setImmediate } from 'node:timers/promises';

/** About a millisecond of simple work. */
const AT_ONCE = 250;

/** Maps a long list and yields to the event loop every few items. */
export async function mapInTurns<T, R>(
  items: readonly T[],
  map: (item: T) => R | Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE) {
    if (at > 0) await setImmediate();
    results.push(...(await Promise.all(items.slice(at, at + AT_ONCE).map((item) => map(item)))));
  }
  return results;
}
