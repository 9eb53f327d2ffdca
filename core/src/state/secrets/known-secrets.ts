import { isJsonObject } from '@dragoman/plugin';
import { formsOf, NO_SECRETS, type Secrets } from '@dragoman/plugin/internal/text/secret-texts';
import { mapSecrets, type Options } from '../../validation/map-secrets.ts';
import type { z } from 'zod';

/** The secrets in the options of an upstream. In a secret record, the names are those of headers. */
export function secretsOf(schema: z.ZodObject, options: Options): Secrets {
  const found = { values: new Set<string>(), headers: new Set<string>() };
  const collect = (value: unknown): void => {
    if (typeof value === 'string') for (const form of formsOf(value)) found.values.add(form);
    else if (Array.isArray(value)) for (const item of value) collect(item);
    else if (isJsonObject(value)) {
      for (const [name, field] of Object.entries(value)) {
        found.headers.add(name.toLowerCase());
        collect(field);
      }
    }
  };
  mapSecrets(schema, options, (value) => {
    collect(value);
    return value;
  });
  return { values: longestFirst(found.values), headers: [...found.headers] };
}

/**
 * All upstream secrets since startup. Former ones are kept, because a request may have begun before they were changed.
 */
export class KnownSecrets {
  #all = NO_SECRETS;

  /** A new object whenever secrets are added. */
  get all(): Secrets {
    return this.#all;
  }

  add({ values, headers }: Secrets): void {
    const before = this.#all;
    const all = {
      values: longestFirst(new Set([...before.values, ...values])),
      headers: [...new Set([...before.headers, ...headers])],
    };
    const isSame = all.values.length === before.values.length && all.headers.length === before.headers.length;
    if (!isSame) this.#all = all;
  }
}

function longestFirst(values: Iterable<string>): readonly string[] {
  return [...values].toSorted((one, other) => other.length - one.length);
}
