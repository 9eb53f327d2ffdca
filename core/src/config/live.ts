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
