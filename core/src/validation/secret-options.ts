import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { isJsonObject } from '@dragoman/plugin';
import { formatPath } from './issues.ts';
import { childrenOf, fieldsOf, isSecret, layersOf } from './schema-tree.ts';
import {
  isEmpty,
  isUnset,
  mapBelow,
  mapFields,
  mapSecrets,
  type Options,
  type Schemas,
} from './map-secrets.ts';

/** Replaces a secret where it must not be shown. */
export interface SecretMask {
  readonly set: boolean;
}

/** The options without secrets. */
export function dropSecrets(schema: z.ZodObject, options: Options): Options {
  return mapSecrets(schema, options, () => undefined);
}

/** The paths of the secrets that are set. */
export function setSecrets(schema: z.ZodObject, options: Options): readonly string[] {
  const paths: string[] = [];
  mapSecrets(schema, options, (value, path) => {
    if (!isUnset(value) && !isEmpty(value)) paths.push(formatPath(['options', ...path]));
    return value;
  });
  return paths;
}

/** The options with each secret replaced by whether it is set. */
export function maskOptions(schema: z.ZodObject, options: Options): Options {
  return mapSecrets(schema, options, (value): SecretMask => ({ set: !isUnset(value) && !isEmpty(value) }));
}

/**
 * Merges a change into options. A secret that is absent, or equal to its mask, is kept; `null` removes a secret or
 * any top-level option; all else is replaced.
 */
export function mergeOptions(schema: z.ZodObject, before: Options, change: Options): Options {
  const merged = keepSecrets([schema], before, change) as Options;
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
}

function keepSecrets(schemas: Schemas, before: unknown, change: unknown): unknown {
  const layers = layersOf(schemas);
  if (isSecret(layers)) return change === undefined || isMask(change) ? before : (change ?? undefined);
  if (Array.isArray(change)) {
    return change.map((item, at) => {
      const inner = childrenOf(layers, at);
      return keepSecrets(inner, itemBefore(inner, { before, change, at }), item);
    });
  }
  if (!isJsonObject(change)) return change;
  return mapFields(change, fieldsOf(layers), (field, name) =>
    keepSecrets(childrenOf(layers, name), isJsonObject(before) ? before[name] : undefined, field),
  );
}

interface ItemOfChange {
  readonly before: unknown;
  readonly change: readonly unknown[];
  readonly at: number;
}

/** Identifies a list item: a secret must not move to another item when one before it is removed. */
function itemBefore(schemas: Schemas, { before, change, at }: ItemOfChange): unknown {
  if (!Array.isArray(before)) return undefined;
  const items = before as readonly unknown[];
  const open = (item: unknown): unknown => mapBelow(schemas, { value: item, path: [] }, () => undefined);
  const wanted = open(change[at]);
  const isSame = (item: unknown): boolean => isDeepStrictEqual(open(item), wanted);
  if (isSame(items[at])) return items[at];
  return items.find(isSame) ?? (items.length === change.length ? items[at] : undefined);
}

function isMask(value: unknown): value is SecretMask {
  return isJsonObject(value) && typeof value['set'] === 'boolean' && Object.keys(value).length === 1;
}
