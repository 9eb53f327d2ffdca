import type { z } from 'zod';
import type { ConfigProblem } from './config-error.ts';
import { explainIssues } from './explain.ts';
import { problemsOf } from './issues.ts';

/** A checked value, or what is wrong with it. */
export type Parsed<T> = { readonly value: T } | { readonly problems: readonly ConfigProblem[] };

/** Checks a value of the configuration, which its problems may show. */
export function parseValue<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  root: readonly PropertyKey[],
): Parsed<z.output<Schema>> {
  const parsed = schema.safeParse(input, { error: explainIssues({ showsValues: true }), reportInput: true });
  return parsed.success ? { value: parsed.data } : { problems: problemsOf(parsed.error, { root, schema }) };
}

/** The problems of several results, in their order. */
export function problemsIn(...results: readonly Parsed<unknown>[]): readonly ConfigProblem[] {
  return results.flatMap((result) => ('problems' in result ? result.problems : []));
}
