import { z } from 'zod';
import type { SecretBox } from './secrets.ts';

type Options = Readonly<Record<string, unknown>>;

/** What stands for a secret where it must not be shown. */
export interface SecretMask {
  readonly set: boolean;
}

/** What stands for a secret in the state file. */
interface Sealed {
  readonly $sealed: string;
}

/** The names of a provider's options that are marked as secret. */
export function secretFields(schema: z.ZodObject): readonly string[] {
  return Object.entries(schema.shape).flatMap(([name, field]) => (isSecret(field as z.ZodType) ? [name] : []));
}

/** Whether a field, or what it wraps as optional or with a default, is marked by `secret()`. */
function isSecret(field: z.ZodType): boolean {
  if (field.meta()?.['secret'] === true) return true;
  const inner = (field as Partial<z.ZodOptional<z.ZodType>>).def?.innerType;
  return inner instanceof z.ZodType && isSecret(inner);
}

/** Encrypts the secret options, whole, before they are stored. */
export function sealOptions(schema: z.ZodObject, options: Options, box: SecretBox): Options {
  return replace(schema, options, (value): Sealed => ({ $sealed: box.seal(JSON.stringify(value)) }));
}

/** The inverse of {@link sealOptions}. Throws an `Error` when a secret cannot be decrypted. */
export function openOptions(schema: z.ZodObject, options: Options, box: SecretBox): Options {
  return replace(schema, options, (value) => (isSealed(value) ? JSON.parse(box.open(value.$sealed)) : value));
}

/** The options as they may be shown: of a secret only whether it is set. */
export function maskOptions(schema: z.ZodObject, options: Options): Options {
  const masks = secretFields(schema).map((name): [string, SecretMask] => [
    name,
    { set: options[name] !== undefined },
  ]);
  return { ...options, ...Object.fromEntries(masks) };
}

/**
 * The options after a change: a secret that is left out, or sent as its mask, stays; `null` removes an option;
 * everything else is as the change says.
 */
export function mergeOptions(schema: z.ZodObject, before: Options, change: Options): Options {
  const kept = secretFields(schema).filter((name) => change[name] === undefined || isMask(change[name]));
  const merged = { ...change, ...Object.fromEntries(kept.map((name) => [name, before[name]])) };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null && value !== undefined));
}

function replace(schema: z.ZodObject, options: Options, change: (value: unknown) => unknown): Options {
  const changed = secretFields(schema)
    .filter((name) => options[name] !== undefined)
    .map((name) => [name, change(options[name])]);
  return { ...options, ...Object.fromEntries(changed) };
}

function isSealed(value: unknown): value is Sealed {
  return typeof value === 'object' && value !== null && '$sealed' in value && typeof value.$sealed === 'string';
}

function isMask(value: unknown): value is SecretMask {
  return typeof value === 'object' && value !== null && 'set' in value && typeof value.set === 'boolean';
}
