import type { ResolvedConfig } from './resolved.ts';

/** The current configuration, which a reload replaces. */
export interface LiveConfig {
  get(): ResolvedConfig;
  replace(config: ResolvedConfig): void;
}

export function createLiveConfig(first: ResolvedConfig): LiveConfig {
  let current = first;
  return {
    get: () => current,
    replace(config) {
      current = config;
    },
  };
}

/** The fields that a reload applies at once; all others wait for a restart. */
const LIVE_FIELDS = new Set(['file', 'upstreams', 'hooks', 'aliases', 'routing', 'prices']);

/** The names of changed fields that need a restart. */
export function fieldsForRestart(before: ResolvedConfig, after: ResolvedConfig): readonly string[] {
  const comparable = (config: ResolvedConfig) =>
    new Map(
      Object.entries({ ...config, plugins: config.plugins.map(({ name }) => name) }).map(([field, value]) => [
        field,
        JSON.stringify(value),
      ]),
    );
  const [old, edited] = [comparable(before), comparable(after)];
  const names = new Set([...old.keys(), ...edited.keys()]);
  return [...names].filter((name) => !LIVE_FIELDS.has(name) && old.get(name) !== edited.get(name));
}
