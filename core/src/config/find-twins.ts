import { isJsonObject } from '@dragoman/plugin';
import type { ConfigProblem } from '../validation/config-error.ts';

interface Twins {
  readonly section: string;
  /** The field that must be unique. */
  readonly field: 'id' | 'name';
}

/** Entries of a section that have the id or name of an earlier one. */
export function findTwins({ section, field }: Twins, entries: readonly unknown[]): readonly ConfigProblem[] {
  const names = entries.map((entry) => (isJsonObject(entry) ? entry[field] : undefined));
  return names.flatMap((name, at) => {
    const first = names.indexOf(name);
    if (typeof name !== 'string' || first === at) return [];
    const message = `expected a unique ${field}, found ${JSON.stringify(name)}, already used by ${section}[${first}]`;
    return [{ path: `${section}[${at}].${field}`, message }];
  });
}
