import { z } from 'zod';
import type { ConfigProblem } from '../../validation/config-error.ts';
import { findTwins } from '../find-twins.ts';
import type { ResolvedConfig } from '../resolved.ts';
import { type AliasConfig, aliasSchema, regexOf } from '../routing.ts';
import { type ConfigFields, readSection, type Section } from '../section.ts';

const schema = z.array(aliasSchema).default([]);

export function resolveAliases({ aliases: input }: ConfigFields): Section<ResolvedConfig['aliases']> {
  const list = readSection({ name: 'aliases', schema, input, standIn: [] });
  return {
    value: list.value,
    problems: [
      ...list.problems,
      ...findTwins({ section: 'aliases', field: 'name' }, list.value),
      ...findBadRegexes(list.value),
    ],
  };
}

function findBadRegexes(aliases: readonly AliasConfig[]): readonly ConfigProblem[] {
  return aliases.flatMap(({ name }, at) => {
    const message = regexProblem(name);
    return message === undefined ? [] : [{ path: `aliases[${at}].name`, message }];
  });
}

/** What is wrong with a regular expression as an alias name. */
export function regexProblem(name: string): string | undefined {
  try {
    regexOf(name);
    return undefined;
  } catch (error) {
    return `expected a regular expression, ${error instanceof Error ? error.message : 'found something else'}`;
  }
}
