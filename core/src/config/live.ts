import type { Plugin } from '@dragoman/plugin';
import { factoryOf } from '@dragoman/plugin/internal/plugin/factories';
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

/** The parts of a plugin that a reload applies. Everything else was set up when the gateway started. */
const LIVE_CONTRIBUTIONS = new Set(['name', 'meta', 'providers', 'hooks', 'toolFormats']);

/** The names of changed fields that need a restart; of a plugin, `plugins.<name>`. */
export function fieldsForRestart(before: ResolvedConfig, after: ResolvedConfig): readonly string[] {
  const comparable = ({ plugins: _, ...fields }: ResolvedConfig) =>
    new Map(Object.entries(fields).map(([field, value]) => [field, JSON.stringify(value)]));
  const [old, edited] = [comparable(before), comparable(after)];
  const names = new Set([...old.keys(), ...edited.keys()]);
  const fields = [...names].filter((name) => !LIVE_FIELDS.has(name) && old.get(name) !== edited.get(name));
  return [...fields, ...pluginsForRestart(before, after)];
}

function pluginsForRestart(before: ResolvedConfig, after: ResolvedConfig): readonly string[] {
  const names = new Set([...before.plugins, ...after.plugins].map(({ name }) => name));
  const find = ({ plugins }: ResolvedConfig, name: string) => plugins.find((plugin) => plugin.name === name);
  return [...names]
    .filter((name) => !isAlike(find(before, name), find(after, name)))
    .map((name) => `plugins.${name}`);
}

/** Whether two versions of a plugin contribute the same, apart from what a reload applies. */
function isAlike(old: Plugin | undefined, edited: Plugin | undefined): boolean {
  const [before, after] = [fixedPartsOf(old), fixedPartsOf(edited)];
  const kinds = [...new Set([...before.keys(), ...after.keys()])];
  const factory = old && factoryOf(old);
  // It makes new objects at each load.
  if (factory && factory === (edited && factoryOf(edited)))
    return kinds.every((kind) => before.has(kind) && after.has(kind));
  return kinds.every((kind) => before.get(kind) === after.get(kind));
}

function fixedPartsOf(plugin: Plugin | undefined): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(plugin ?? {}).filter(([kind]) => !LIVE_CONTRIBUTIONS.has(kind)));
}
