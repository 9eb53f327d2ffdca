import type { z } from 'zod';
import { isJsonObject } from '../canonical/json.ts';
import type { ConfigProblem } from '../validation/config-error.ts';
import { explainIssues } from '../validation/explain.ts';
import { problemsOf } from '../validation/issues.ts';

/** One part of the configuration. When there are problems, the value is a stand-in. */
export interface Section<T> {
  readonly value: T;
  readonly problems: readonly ConfigProblem[];
}

/** The fields of the config file, not yet checked. */
export type ConfigFields = Readonly<Record<string, unknown>>;

export interface ReadSectionInput<Schema extends z.ZodType> {
  readonly name: string;
  readonly schema: Schema;
  readonly input: unknown;
  readonly standIn: z.output<Schema>;
}

/** Checks one field of the config file. */
export function readSection<Schema extends z.ZodType>({
  name,
  schema,
  input,
  standIn,
}: ReadSectionInput<Schema>): Section<z.output<Schema>> {
  const parsed = schema.safeParse(input, { error: explainIssues({ showsValues: true }), reportInput: true });
  if (parsed.success) return { value: parsed.data, problems: [] };
  return { value: standIn, problems: problemsOf(parsed.error, { root: [name], schema }) };
}

/** Lays what flags and environment say over an object of the file. What is no object stays, to be refused. */
export function overlay(input: unknown, overrides: object): unknown {
  return input === undefined || isJsonObject(input) ? { ...input, ...overrides } : input;
}
