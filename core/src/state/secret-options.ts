import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { isJsonObject } from '../canonical/json.ts';
import { childrenOf, fieldsOf, isSecret, layersOf } from '../plugin/schema-tree.ts';
import type { SecretBox } from './secrets.ts';

type Schemas = Parameters<typeof layersOf>[0];
type Options = Readonly<Record<string, unknown>>;

/** What stands for a secret where it must not be shown. */
export interface SecretMask {
  readonly set: boolean;
}

/** What stands for a secret in the state file. */
interface Sealed {
  readonly $sealed: string;
}

/** Encrypts the secret options, each whole, before they are stored. */
export function sealOptions(schema: z.ZodObject, options: Options, box: SecretBox): Options {
  return mapSecrets([schema], options, (value): Sealed | undefined =>
    isUnset(value) ? undefined : { $sealed: box.seal(JSON.stringify(value)) },
  ) as Options;
}

/** The inverse of {@link sealOptions}. Throws a `StateError` when a secret cannot be decrypted. */
export function openOptions(schema: z.ZodObject, options: Options, box: SecretBox): Options {
  return mapSecrets([schema], options, (value) =>
    isSealed(value) ? (JSON.parse(box.open(value.$sealed)) as unknown) : value,
  ) as Options;
}

/** The options as they may be shown: of a secret only whether it is set. */
export function maskOptions(schema: z.ZodObject, options: Options): Options {
  return mapSecrets([schema], options, (value): SecretMask => ({
    set: !isUnset(value) && !isEmpty(value),
  })) as Options;
}

/**
 * The options after a change: a secret that is left out, or sent as its mask, stays; `null` removes a secret, and
 * any option of the first level; everything else is as the change says.
 */
export function mergeOptions(schema: z.ZodObject, before: Options, change: Options): Options {
  const merged = keepSecrets([schema], before, change) as Options;
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
}

/** Replaces every secret; `change` also gets the `undefined` of declared secrets that are not there. */
function mapSecrets(schemas: Schemas, value: unknown, change: (value: unknown) => unknown): unknown {
  const layers = layersOf(schemas);
  if (isSecret(layers)) return change(value);
  if (Array.isArray(value)) return value.map((item, at) => mapSecrets(childrenOf(layers, at), item, change));
  if (!isJsonObject(value)) return value;
  return mapFields(value, fieldsOf(layers), (field, name) =>
    mapSecrets(childrenOf(layers, name), field, change),
  );
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

/** What an item of a list was: a secret must not move to another item when one before it is removed. */
function itemBefore(schemas: Schemas, { before, change, at }: ItemOfChange): unknown {
  if (!Array.isArray(before)) return undefined;
  const items = before as readonly unknown[];
  const open = (item: unknown): unknown => mapSecrets(schemas, item, () => undefined);
  const wanted = open(change[at]);
  const isSame = (item: unknown): boolean => isDeepStrictEqual(open(item), wanted);
  if (isSame(items[at])) return items[at];
  return items.find(isSame) ?? (items.length === change.length ? items[at] : undefined);
}

function mapFields(
  value: object,
  declared: readonly string[],
  map: (field: unknown, name: string) => unknown,
): Options {
  const names = new Set([...Object.keys(value), ...declared]);
  const entries = [...names].map((name) => [name, map((value as Options)[name], name)] as const);
  return Object.fromEntries(entries.filter(([, field]) => field !== undefined));
}

function isUnset(value: unknown): boolean {
  return value === undefined || value === null;
}

/** The default of an optional secret, such as a map of headers, is no secret that somebody has set. */
function isEmpty(value: unknown): boolean {
  return value === '' || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
}

function isSealed(value: unknown): value is Sealed {
  return isJsonObject(value) && typeof value['$sealed'] === 'string';
}

function isMask(value: unknown): value is SecretMask {
  return isJsonObject(value) && typeof value['set'] === 'boolean' && Object.keys(value).length === 1;
}
