import type { LiveConfig } from '../config/live.ts';
import type { AliasConfig } from '../config/routing.ts';
import type { StateStore } from '../state/state.ts';

/** An alias and its origin: those of the config file are read-only elsewhere. */
export interface KnownAlias {
  readonly alias: AliasConfig;
  readonly origin: 'file' | 'state';
}

export interface Aliases {
  /** The effective aliases, the file's first. The same array until something changes. */
  all(): readonly AliasConfig[];
  list(): readonly KnownAlias[];
}

export function createAliases(live: LiveConfig, state: StateStore): Aliases {
  let seen: readonly unknown[] = [];
  let all: readonly AliasConfig[] = [];
  const list = (): readonly KnownAlias[] => {
    const fromFile = live.get().aliases;
    const names = new Set(fromFile.map(({ name }) => name));
    return [
      ...fromFile.map((alias) => ({ alias, origin: 'file' as const })),
      ...state
        .read()
        .aliases.filter(({ name }) => !names.has(name))
        .map((alias) => ({ alias, origin: 'state' as const })),
    ];
  };
  return {
    list,
    all() {
      const sources = [live.get().aliases, state.read().aliases];
      if (sources.some((source, at) => source !== seen[at])) {
        seen = sources;
        all = list().map(({ alias }) => alias);
      }
      return all;
    },
  };
}
