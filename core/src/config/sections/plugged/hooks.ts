import type { Plugin } from '@dragoman/plugin';
import { hooksOf } from '../../../registry/registry.ts';
import type { HookConfig } from '../../hook.ts';
import { parseHook } from '../../parse-hook.ts';
import type { ConfigFields, Section } from '../../section.ts';
import { resolveEntries } from './entries.ts';

export function resolveHooks(
  { hooks: input }: ConfigFields,
  plugins: Section<readonly Plugin[]>,
): Section<readonly HookConfig[]> {
  const known = { hooks: hooksOf(plugins.value) };
  const parse = (entry: unknown, root: readonly PropertyKey[]) => parseHook(known, entry, root);
  return resolveEntries({ name: 'hooks', input, plugins, parse });
}
