import type { Plugin } from '@dragoman/plugin';
import { providersOf, toolFormatsOf } from '../../../registry/registry.ts';
import { parseUpstream } from '../../parse-upstream.ts';
import type { ConfigFields, Section } from '../../section.ts';
import type { UpstreamConfig } from '../../upstream.ts';
import { resolveEntries } from './entries.ts';

export function resolveUpstreams(
  { upstreams: input }: ConfigFields,
  plugins: Section<readonly Plugin[]>,
): Section<readonly UpstreamConfig[]> {
  const known = { providers: providersOf(plugins.value), toolFormats: toolFormatsOf(plugins.value) };
  const parse = (entry: unknown, root: readonly PropertyKey[]) => parseUpstream(known, entry, root);
  return resolveEntries({ name: 'upstreams', input, plugins, parse });
}
