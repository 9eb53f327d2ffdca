import type { Registry } from '../registry/registry.ts';
import { type Parsed, parseValue, problemsIn } from '../validation/parse-value.ts';
import { type HookConfig, hookSchema } from './hook.ts';
import { parseOptions } from './parse-options.ts';

/** Checks a hook and its own options, and fills in defaults. Lists every problem. */
export function parseHook(
  { hooks }: Pick<Registry, 'hooks'>,
  input: unknown,
  root: readonly PropertyKey[] = [],
): Parsed<HookConfig> {
  const own = parseValue(hookSchema, input, root);
  const options = parseOptions({ field: 'hook', types: hooks }, input, root);
  if ('value' in own && 'value' in options) return { value: { ...own.value, options: options.value } };
  return { problems: problemsIn(own, options) };
}
