import type { Registry } from '../plugin/registry.ts';
import type { ConfigProblem } from './config-error.ts';
import { formatPath, problemsOf } from './issues.ts';
import { type UpstreamConfig, upstreamSchema } from './upstream.ts';

export type ParsedUpstream =
  | { readonly upstream: UpstreamConfig }
  | { readonly problems: readonly ConfigProblem[] };

/** Checks an upstream and its provider's own options, and fills in their defaults. Lists every problem. */
export function parseUpstream(
  registry: Registry,
  input: unknown,
  root: readonly PropertyKey[] = [],
): ParsedUpstream {
  const parsed = upstreamSchema.safeParse(input);
  if (!parsed.success) return { problems: problemsOf(parsed.error, root) };
  const type = registry.providers.find(({ name }) => name === parsed.data.provider);
  if (!type) {
    const known = registry.providers.map(({ name }) => name).join(', ') || 'none';
    const path = formatPath([...root, 'provider']);
    return { problems: [{ path, message: `There is no such provider; known are: ${known}.` }] };
  }
  const options = type.options.safeParse(parsed.data.options);
  if (!options.success) return { problems: problemsOf(options.error, [...root, 'options']) };
  return { upstream: { ...parsed.data, options: options.data } };
}
