import type { z } from 'zod';
import { isJsonObject } from '@dragoman/plugin';
import { formatPath } from '../../validation/issues.ts';
import { originsOf } from '../../validation/option-urls.ts';
import { isLegacy } from './legacy-secrets.ts';
import { isEmpty, isUnset, mapSecrets, type Options } from '../../validation/map-secrets.ts';
import { maskOptions } from '../../validation/secret-options.ts';
import type { SecretBox, SecretPlace } from './secrets.ts';
import { StateError } from '../files/state-error.ts';

/** Replaces a secret in the state file. */
interface Sealed {
  readonly $sealed: string;
}

/** The fields of an upstream that its secrets are bound to. */
export interface SecretOwner {
  readonly id: string;
  readonly provider: string;
  readonly options: Options;
}

/** Encrypts the secret options for storage, each as a whole and bound to its place. */
export function sealOptions(schema: z.ZodObject, owner: SecretOwner, box: SecretBox): Options {
  const place = placeOf(owner, maskOptions(schema, owner.options));
  return mapSecrets(schema, owner.options, (value, path): unknown => {
    if (isUnset(value)) return undefined;
    return isEmpty(value) ? value : { $sealed: box.seal(JSON.stringify(value), { ...place, path }) };
  });
}

/** The inverse of {@link sealOptions}. Throws a `StateError` that names the option if a secret does not open. */
export function openOptions(schema: z.ZodObject, owner: SecretOwner, box: SecretBox): Options {
  const place = placeOf(owner, maskOptions(schema, owner.options));
  return mapSecrets(schema, owner.options, (value, path) => {
    if (!isSealed(value)) return value;
    try {
      return JSON.parse(box.open(value.$sealed, { ...place, path })) as unknown;
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
      throw new StateError(`${formatPath(['options', ...path])}: ${error.message}`, error);
    }
  });
}

/** Reseals secrets of the first format, bound to their place. Those that cannot be decrypted are kept. */
export function resealOptions(owner: SecretOwner, box: SecretBox): Resealed {
  const { legacy } = box;
  const place = placeOf(owner, owner.options);
  const unreadable: string[] = [];
  const reseal = (value: unknown, path: readonly PropertyKey[]): unknown => {
    if (Array.isArray(value)) return value.map((item, at) => reseal(item, [...path, at]));
    if (!isJsonObject(value)) return value;
    if (!isSealed(value))
      return Object.fromEntries(
        Object.entries(value).map(([name, field]) => [name, reseal(field, [...path, name])]),
      );
    if (!legacy || !isLegacy(value.$sealed)) return value;
    try {
      return { $sealed: box.seal(legacy.open(value.$sealed), { ...place, path }) };
    } catch {
      unreadable.push(formatPath(['options', ...path]));
      return value;
    }
  };
  return { options: reseal(owner.options, []) as Options, unreadable };
}

/** Whether there are secrets of the first format left. */
export function hasLegacySecrets({ upstreams }: { readonly upstreams: readonly unknown[] }): boolean {
  return JSON.stringify(upstreams).includes('{"$sealed":"v1.');
}

interface Resealed {
  readonly options: Options;
  /** The paths of secrets that could not be decrypted. */
  readonly unreadable: readonly string[];
}

function placeOf({ id, provider }: SecretOwner, options: Options): Omit<SecretPlace, 'path'> {
  return { upstream: id, provider, origins: originsOf(options) };
}

function isSealed(value: unknown): value is Sealed {
  return isJsonObject(value) && typeof value['$sealed'] === 'string';
}
