import { z } from 'zod';
import type { Plugin } from '@dragoman/plugin';
import type { Parsed } from '../../../validation/parse-value.ts';
import { findTwins } from '../../find-twins.ts';
import { readSection, type Section } from '../../section.ts';

const schema = z.array(z.unknown()).default([]);

interface EntriesInput<T> {
  readonly name: 'hooks' | 'upstreams';
  readonly input: unknown;
  readonly plugins: Section<readonly Plugin[]>;
  readonly parse: (entry: unknown, root: readonly PropertyKey[]) => Parsed<T>;
}

/** Checks each entry of a list against the kind that it names. Falsy entries are skipped. */
export function resolveEntries<T>({ name, input, plugins, parse }: EntriesInput<T>): Section<readonly T[]> {
  const list = readSection({ name, schema, input, standIn: [] });
  const problems = [...list.problems, ...findTwins({ section: name, field: 'id' }, list.value)];
  // Without all plugins, the known kinds are incomplete.
  if (plugins.problems.length > 0) return { value: [], problems };
  const value: T[] = [];
  for (const [at, entry] of list.value.entries()) {
    if (!entry) continue;
    const parsed = parse(entry, [name, at]);
    if ('value' in parsed) value.push(parsed.value);
    else problems.push(...parsed.problems);
  }
  return { value, problems };
}
