import { z } from 'zod';
import type { Plugin } from '@dragoman/plugin';
import { hooksOf } from '../../../registry/registry.ts';
import { findTwins } from '../../find-twins.ts';
import type { HookConfig } from '../../hook.ts';
import { parseHook } from '../../parse-hook.ts';
import { type ConfigFields, readSection, type Section } from '../../section.ts';

const schema = z.array(z.unknown()).default([]);

/** Checks each hook against the kind that it names. Falsy entries are skipped. */
export function resolveHooks(
  { hooks: input }: ConfigFields,
  plugins: Section<readonly Plugin[]>,
): Section<readonly HookConfig[]> {
  const list = readSection({ name: 'hooks', schema, input, standIn: [] });
  const problems = [...list.problems, ...findTwins('hooks', list.value)];
  // Without all plugins, the known hooks are incomplete.
  if (plugins.problems.length > 0) return { value: [], problems };
  const known = { hooks: hooksOf(plugins.value) };
  const hooks: HookConfig[] = [];
  for (const [at, entry] of list.value.entries()) {
    if (!entry) continue;
    const parsed = parseHook(known, entry, ['hooks', at]);
    if ('hook' in parsed) hooks.push(parsed.hook);
    else problems.push(...parsed.problems);
  }
  return { value: hooks, problems };
}
