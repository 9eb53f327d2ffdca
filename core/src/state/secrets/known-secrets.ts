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

/** The most texts that are redacted because a provider learnt them: the latest of one upstream, and of all. */
const MAX_LEARNT = { perUpstream: 100, total: 2_000 };

/** The secrets of an upstream: those of its options, and what its provider learnt, such as tokens. */
export class UpstreamSecrets implements Secrets {
  readonly headers: readonly string[];
  readonly #own: readonly string[];
  readonly #known: KnownSecrets;
  #learnt: readonly string[] = [];
  #values: readonly string[];

  constructor(own: Secrets, known: KnownSecrets) {
    this.headers = own.headers;
    this.#own = own.values;
    this.#values = own.values;
    this.#known = known;
    known.add(own);
  }

  get values(): readonly string[] {
    return this.#values;
  }

  learn(secret: string): void {
    const forms = formsOf(secret).filter((form) => !this.#values.includes(form));
    if (forms.length === 0) return;
    this.#learnt = [...this.#learnt, ...forms].slice(-MAX_LEARNT.perUpstream);
    this.#values = longestFirst(new Set([...this.#own, ...this.#learnt]));
    this.#known.learn(forms);
  }
}

/**
 * All upstream secrets since startup. Former ones are kept, because a request may have begun before they were changed;
 * of those that providers learnt, only the latest.
 */
export class KnownSecrets {
  #own = NO_SECRETS;
  #learnt: readonly string[] = [];
  #all = NO_SECRETS;

  /** A new object whenever secrets are added. */
  get all(): Secrets {
    return this.#all;
  }

  add({ values, headers }: Secrets): void {
    const before = this.#own;
    const own = {
      values: [...new Set([...before.values, ...values])],
      headers: [...new Set([...before.headers, ...headers])],
    };
    const isSame = own.values.length === before.values.length && own.headers.length === before.headers.length;
    if (!isSame) this.#join(own, this.#learnt);
  }

  /** Adds texts that a provider learnt. */
  learn(values: readonly string[]): void {
    const learnt = [...this.#learnt.filter((value) => !values.includes(value)), ...values];
    this.#join(this.#own, learnt.slice(-MAX_LEARNT.total));
  }

  #join(own: Secrets, learnt: readonly string[]): void {
    this.#own = own;
    this.#learnt = learnt;
    this.#all = { values: longestFirst(new Set([...own.values, ...learnt])), headers: own.headers };
  }
}

function longestFirst(values: Iterable<string>): readonly string[] {
  return [...values].toSorted((one, other) => other.length - one.length);
}
