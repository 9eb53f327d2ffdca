import type { ResolvedConfig } from './resolved.ts';

/** The configuration as it is now: an edit of the file takes the place of the one before. */
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

/** What an edit changes at once; all else waits for the next start. */
const LIVE_FIELDS = new Set(['file', 'upstreams', 'aliases', 'routing', 'prices']);

/** The fields of an edited configuration that need a restart, by name. */
export function fieldsForRestart(before: ResolvedConfig, after: ResolvedConfig): readonly string[] {
  const told = (config: ResolvedConfig) =>
    new Map(
      Object.entries({ ...config, plugins: config.plugins.map(({ name }) => name) }).map(([field, value]) => [
        field,
        JSON.stringify(value),
      ]),
    );
  const [old, edited] = [told(before), told(after)];
  const names = new Set([...old.keys(), ...edited.keys()]);
  return [...names].filter((name) => !LIVE_FIELDS.has(name) && old.get(name) !== edited.get(name));
}
