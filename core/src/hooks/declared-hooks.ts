import type { LiveConfig } from '../config/live.ts';
import type { DeclaredHook } from './built-hook.ts';

/** The hooks of the config file. The same list until the file changes. */
export function declaredHooks(live: LiveConfig): () => readonly DeclaredHook[] {
  let seen = live.get().hooks;
  let list = seen.map((config): DeclaredHook => ({ config, origin: 'file' }));
  return () => {
    const { hooks } = live.get();
    if (hooks !== seen) list = hooks.map((config): DeclaredHook => ({ config, origin: 'file' }));
    seen = hooks;
    return list;
  };
}
