import { fieldsForRestart, type LiveConfig } from './live.ts';
import type { ResolvedConfig } from './resolved.ts';

export interface ApplyDeps {
  readonly live: LiveConfig;
  /** Throws if the configuration that is now live cannot be used. */
  readonly check: () => unknown;
  readonly onChange: (before: ResolvedConfig, after: ResolvedConfig) => void;
}

/**
 * Creates a function that replaces the running configuration and returns the fields that need a restart. It throws if
 * the new one cannot be used, and the previous one stays.
 */
export function applyConfig({ live, check, onChange }: ApplyDeps) {
  return (next: ResolvedConfig): readonly string[] => {
    const before = live.get();
    live.replace(next);
    try {
      check();
    } catch (error) {
      live.replace(before);
      throw error;
    }
    onChange(before, next);
    return fieldsForRestart(before, next);
  };
}
