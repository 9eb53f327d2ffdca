import { z } from 'zod';
import type { Plugin } from '@dragoman/plugin';
import { providersOf, toolFormatsOf } from '../../../registry/registry.ts';
import { parseUpstream } from '../../parse-upstream.ts';
import { type ConfigFields, readSection, type Section } from '../../section.ts';
import type { UpstreamConfig } from '../../upstream.ts';
import { findTwins } from '../../find-twins.ts';

const schema = z.array(z.unknown()).default([]);

/** Checks each upstream against the provider that it names. Falsy entries are skipped. */
export function resolveUpstreams(
  { upstreams: input }: ConfigFields,
  plugins: Section<readonly Plugin[]>,
): Section<readonly UpstreamConfig[]> {
  const list = readSection({ name: 'upstreams', schema, input, standIn: [] });
  const problems = [...list.problems, ...findTwins('upstreams', list.value)];
  // Without all plugins, the known providers are incomplete.
  if (plugins.problems.length > 0) return { value: [], problems };
  const known = { providers: providersOf(plugins.value), toolFormats: toolFormatsOf(plugins.value) };
  const upstreams: UpstreamConfig[] = [];
  for (const [at, entry] of list.value.entries()) {
    if (!entry) continue;
    const parsed = parseUpstream(known, entry, ['upstreams', at]);
    if ('upstream' in parsed) upstreams.push(parsed.upstream);
    else problems.push(...parsed.problems);
  }
  return { value: upstreams, problems };
}
