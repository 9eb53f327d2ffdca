import { isJsonObject } from '@dragoman/plugin';
import type { ConfigProblem } from '../validation/config-error.ts';

/** Entries of a section whose id an earlier entry has. */
export function findTwins(section: string, entries: readonly unknown[]): readonly ConfigProblem[] {
  const ids = entries.map((entry) => (isJsonObject(entry) ? entry['id'] : undefined));
  return ids.flatMap((id, at) => {
    const first = ids.indexOf(id);
    if (typeof id !== 'string' || first === at) return [];
    const message = `expected a unique id, found ${JSON.stringify(id)}, already used by ${section}[${first}]`;
    return [{ path: `${section}[${at}].id`, message }];
  });
}
