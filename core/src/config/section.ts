import type { z } from 'zod';
import { isJsonObject } from '@dragoman/plugin';
import type { ConfigProblem } from '../validation/config-error.ts';
import { parseValue } from '../validation/parse-value.ts';

/** One section of the configuration. If there are problems, the value is a placeholder. */
export interface Section<T> {
  readonly value: T;
  readonly problems: readonly ConfigProblem[];
}

/** The unchecked fields of the config file. */
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
  const parsed = parseValue(schema, input, [name]);
  return { value: standIn, problems: [], ...parsed };
}

/** Overrides fields of an object from the file with flags and environment. Anything else is left, to be refused. */
export function overlay(input: unknown, overrides: object): unknown {
  return input === undefined || isJsonObject(input) ? { ...input, ...overrides } : input;
}
