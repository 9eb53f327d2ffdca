import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { isJsonObject } from '@dragoman/plugin';
import type { ConfigProblem } from '../validation/config-error.ts';
import { explainIssues } from '../validation/explain.ts';
import { formatPath, problemsOf } from '../validation/issues.ts';

type Path = readonly PropertyKey[];

/** Files of the data folder may contain secrets. */
export const EXPLAINED = { error: explainIssues({ showsValues: false }) };

/** A stored value as this version reads it, or why it cannot. */
export type ReadRow<T> =
  | {
      readonly row: T;
      /** Fields that this version does not know. They are not in `row`. */
      readonly unknown: readonly string[];
    }
  | { readonly problems: readonly ConfigProblem[] };

/**
 * Reads a value that another version may have written. Fields that this version does not know are omitted and listed.
 * `root` is its path in the file.
 */
export function readRow<T>(schema: z.ZodType<T>, stored: unknown, root: Path): ReadRow<T> {
  const whole = schema.safeParse(stored, EXPLAINED);
  if (whole.success) return { row: whole.data, unknown: [] };
  const problems = problemsOf(whole.error, { root, schema });
  const unknown = unknownFields(whole.error.issues, []);
  if (!unknown) return { problems };
  const rest = structuredClone(stored);
  for (const path of unknown) removeAt(rest, path);
  const known = schema.safeParse(rest, EXPLAINED);
  if (!known.success) return { problems: problemsOf(known.error, { root, schema }) };
  return { row: known.data, unknown: unknown.map((path) => formatPath([...root, ...path])) };
}

/** The unknown fields, if there are no other problems. */
function unknownFields(issues: readonly z.core.$ZodIssue[], root: Path): readonly Path[] | undefined {
  const found: Path[] = [];
  for (const issue of issues) {
    const path = [...root, ...issue.path];
    if (issue.code === 'unrecognized_keys') found.push(...issue.keys.map((key) => [...path, key]));
    else if (issue.code === 'invalid_union') {
      const inner = issue.errors.map((branch) => unknownFields(branch, path)).find(Boolean);
      if (!inner) return undefined;
      found.push(...inner);
    } else return undefined;
  }
  return found;
}

function removeAt(root: unknown, path: Path): void {
  let at = root as Record<PropertyKey, unknown> | undefined;
  for (const step of path.slice(0, -1)) at = at?.[step] as typeof at;
  if (at) delete at[path.at(-1) ?? ''];
}

/**
 * What to store when `known` changes to `next`. `stored` is what `known` was read from; its unknown fields are kept.
 */
export function keepUnknown(stored: unknown, known: unknown, next: unknown): unknown {
  if (Array.isArray(stored) && Array.isArray(known) && Array.isArray(next)) {
    // An item may have moved, so fields stored with another item are not its own.
    if (!isDeepStrictEqual(known, next)) return next;
    return next.map((item: unknown, at) => keepUnknown(stored[at], known[at], item));
  }
  if (!isJsonObject(stored) || !isJsonObject(known) || !isJsonObject(next)) return next;
  const unknown = Object.entries(stored).filter(
    ([name]) => !Object.hasOwn(known, name) && !Object.hasOwn(next, name),
  );
  const kept = Object.entries(next).map(
    ([name, field]) => [name, keepUnknown(stored[name], known[name], field)] as const,
  );
  return Object.fromEntries([...kept, ...unknown]);
}
