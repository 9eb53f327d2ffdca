import type { Registry } from '../registry/registry.ts';
import type { ConfigProblem } from '../validation/config-error.ts';
import { explainIssues } from '../validation/explain.ts';
import { problemsOf } from '../validation/issues.ts';
import { type HookConfig, hookSchema } from './hook.ts';
import { parseOptions } from './parse-options.ts';

export type ParsedHook = { readonly hook: HookConfig } | { readonly problems: readonly ConfigProblem[] };

/** Checks a hook and its own options, and fills in defaults. Lists every problem. */
export function parseHook(
  { hooks }: Pick<Registry, 'hooks'>,
  input: unknown,
  root: readonly PropertyKey[] = [],
): ParsedHook {
  const own = hookSchema.safeParse(input, {
    error: explainIssues({ showsValues: true }),
    reportInput: true,
  });
  const options = parseOptions({ field: 'hook', types: hooks }, input, root);
  if (own.success && 'options' in options) return { hook: { ...own.data, options: options.options } };
  const problems = own.success ? [] : problemsOf(own.error, { root, schema: hookSchema });
  return { problems: [...problems, ...('problems' in options ? options.problems : [])] };
}
