import type { Candidate } from '../catalogue/candidate.ts';
import { matchesAny } from '@dragoman/plugin/internal/text/pattern';
import type { StoredKey } from '../state/state.ts';
import type { BuiltHook } from './built-hook.ts';

type Configured = Pick<BuiltHook, 'config'>;

/** Whether the configuration attaches a hook to requests of a key for a model, at some upstream at least. */
export function isFor({ config: { on } }: Configured, key: StoredKey | undefined, model: string): boolean {
  if (!on) return true;
  const { keys, aliases } = on;
  if (keys && !(key && (keys.includes(key.id) || matchesAny(keys, key.name)))) return false;
  return !aliases || matchesAny(aliases, model);
}

/** A hook that is attached to upstreams is called where one of them is tried. */
export function isAttached({ config }: Configured): boolean {
  return config.on?.upstreams !== undefined;
}

/** Whether a hook applies where a candidate is tried. */
export function isAt({ config }: Configured, { upstream }: Candidate): boolean {
  return config.on?.upstreams?.includes(upstream.config.id) ?? true;
}

/** Whether a hook needs requests decoded. */
export function isDeep({ hook }: Pick<BuiltHook, 'hook'>): boolean {
  return hook.request !== undefined || hook.attempt !== undefined || hook.reply !== undefined;
}

/** Whether a hook may change or refuse what a candidate gets. */
export function mayChange({ hook, config }: Pick<BuiltHook, 'hook' | 'config'>): boolean {
  if (config.shadow) return false;
  return hook.raw !== undefined || hook.request !== undefined || hook.attempt !== undefined;
}
