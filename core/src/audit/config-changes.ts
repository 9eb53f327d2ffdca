import type { ResolvedConfig } from '../config/resolved.ts';
import type { Registry } from '../registry/registry.ts';
import { maskOptions } from '../validation/secret-options.ts';

export interface ConfigChanges {
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
}

/** The difference between two configurations, section by section, with secrets masked. */
export function configChanges(
  before: ResolvedConfig,
  after: ResolvedConfig,
  registry: Registry,
): ConfigChanges | undefined {
  const [old, edited] = [describe(before, registry), describe(after, registry)];
  const names = [...new Set([...Object.keys(old), ...Object.keys(edited)])];
  const changed = names.filter((name) => JSON.stringify(old[name]) !== JSON.stringify(edited[name]));
  if (changed.length === 0) return undefined;
  const pick = (one: Section, other: Section) =>
    Object.fromEntries(changed.map((name) => [name, differing(one[name], other[name])]));
  return { before: pick(old, edited), after: pick(edited, old) };
}

type Section = Readonly<Record<string, unknown>>;

/** Of lists, only the entries that the other one lacks. */
function differing(value: unknown, other: unknown): unknown {
  if (!Array.isArray(value) || !Array.isArray(other)) return value;
  const known = new Set(other.map((entry) => JSON.stringify(entry)));
  return value.filter((entry) => !known.has(JSON.stringify(entry)));
}

function describe(config: ResolvedConfig, { providers }: Registry): Section {
  const { file: _, admin: __, secret: ___, plugins, upstreams, metrics, ...rest } = config;
  const { token, ...ofMetrics } = metrics;
  return {
    ...rest,
    plugins: plugins.map(({ name }) => name),
    metrics: { ...ofMetrics, token: { set: token !== undefined } },
    upstreams: upstreams.map((upstream) => {
      const type = providers.find(({ name }) => name === upstream.provider);
      return { ...upstream, options: type ? maskOptions(type.options, upstream.options) : {} };
    }),
  };
}
