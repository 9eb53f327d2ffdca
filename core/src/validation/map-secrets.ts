import type { z } from 'zod';
import { isJsonObject } from '@dragoman/plugin';
import { childrenOf, fieldsOf, isSecret, layersOf } from './schema-tree.ts';

export type Schemas = Parameters<typeof layersOf>[0];
export type Options = Readonly<Record<string, unknown>>;

type Change = (value: unknown, path: readonly PropertyKey[]) => unknown;

/** Replaces every secret; `change` also gets the `undefined` of declared secrets that are absent. */
export function mapSecrets(schema: z.ZodObject, options: Options, change: Change): Options {
  return mapBelow([schema], { value: options, path: [] }, change) as Options;
}

interface Spot {
  readonly value: unknown;
  readonly path: readonly PropertyKey[];
}

/** Like {@link mapSecrets}, for a value nested in the options. */
export function mapBelow(schemas: Schemas, { value, path }: Spot, change: Change): unknown {
  const layers = layersOf(schemas);
  if (isSecret(layers)) return change(value, path);
  const below = (inner: unknown, key: PropertyKey): unknown =>
    mapBelow(childrenOf(layers, key), { value: inner, path: [...path, key] }, change);
  if (Array.isArray(value)) return value.map(below);
  if (!isJsonObject(value)) return value;
  return mapFields(value, fieldsOf(layers), below);
}

export function mapFields(
  value: object,
  declared: readonly string[],
  map: (field: unknown, name: string) => unknown,
): Options {
  const names = new Set([...Object.keys(value), ...declared]);
  const entries = [...names].map((name) => [name, map((value as Options)[name], name)] as const);
  return Object.fromEntries(entries.filter(([, field]) => field !== undefined));
}

export function isUnset(value: unknown): boolean {
  return value === undefined || value === null;
}

/** The default of an optional secret, such as a map of headers, was not set by anybody. */
export function isEmpty(value: unknown): boolean {
  return value === '' || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
}
