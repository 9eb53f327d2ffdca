import { inspect, isDeepStrictEqual } from 'node:util';
import { BrokenRule } from './check.ts';

/** A part of `T`, however deep. */
export type DeepPartial<T> = T extends object ? { readonly [K in keyof T]?: DeepPartial<T[K]> } : T;

/** Fails with a sentence unless something holds. */
export function must(holds: boolean, message: string, rule?: string): asserts holds {
  if (!holds) throw new BrokenRule(message, rule === undefined ? {} : { rule });
}

/** Fails unless two values are equal. */
export function mustEqual(actual: unknown, expected: unknown, what: string): void {
  if (isDeepStrictEqual(actual, expected)) return;
  throw new BrokenRule(`${what}: expected ${show(expected)}, got ${show(actual)}.`, { actual, expected });
}

/** Fails unless a value has everything that is expected of it. It may have more, but lists have the same length. */
export function mustMatch(actual: unknown, expected: unknown, what: string): void {
  const difference = differenceIn(actual, expected, what);
  if (difference !== undefined) throw new BrokenRule(difference, { actual, expected });
}

function differenceIn(actual: unknown, expected: unknown, path: string): string | undefined {
  const differs = `${path}: expected ${show(expected)}, got ${show(actual)}.`;
  if (typeof expected !== 'object' || expected === null)
    return Object.is(actual, expected) ? undefined : differs;
  // vitest's `expect.stringContaining` and the like.
  if ('asymmetricMatch' in expected && typeof expected.asymmetricMatch === 'function')
    return expected.asymmetricMatch(actual) ? undefined : differs;
  if (typeof actual !== 'object' || actual === null) return differs;
  if (Array.isArray(expected) && (!Array.isArray(actual) || actual.length !== expected.length))
    return differs;
  for (const [key, inner] of Object.entries(expected)) {
    const place = Array.isArray(expected) ? `${path}[${key}]` : `${path}.${key}`;
    const found = differenceIn((actual as Record<string, unknown>)[key], inner, place);
    if (found !== undefined) return found;
  }
  return undefined;
}

export const show = (value: unknown): string => inspect(value, { depth: 6, breakLength: Infinity });

/** Fails if a text occurs anywhere in a value. */
export function mustNotContain(value: unknown, secrets: readonly string[], what: string): void {
  const text = inspect(value, { depth: 12, maxStringLength: null, maxArrayLength: null });
  const found = secrets.filter((secret) => text.includes(secret));
  must(found.length === 0, `${what} contains a secret of the options.`, 'keeps-secrets');
}
