import type { HookConfig } from '../config/hook.ts';
import type { LiveConfig } from '../config/live.ts';
import type { Registry } from '../registry/registry.ts';
import { openOptions } from '../state/secrets/seal-options.ts';
import type { SecretBox } from '../state/secrets/secrets.ts';
import { StateError } from '../state/files/state-error.ts';
import type { StateStore } from '../state/state.ts';
import type { DeclaredHook } from './built-hook.ts';

export interface DeclaredHooksDeps {
  readonly live: LiveConfig;
  readonly state: StateStore;
  readonly registry: Registry;
  readonly secrets: SecretBox;
}

/** The hooks of the config file, and after them those of the state. The same list until one of both changes. */
export function declaredHooks(deps: DeclaredHooksDeps): () => readonly DeclaredHook[] {
  let declared: readonly HookConfig[] | undefined;
  let stored: readonly HookConfig[] | undefined;
  let list: readonly DeclaredHook[] = [];
  return () => {
    const { hooks: fromFile } = deps.live.get();
    const { hooks: fromState } = deps.state.read();
    if (fromFile !== declared || fromState !== stored) {
      const ids = new Set(fromFile.map(({ id }) => id));
      list = [
        ...fromFile.map((config): DeclaredHook => ({ config, origin: 'file' })),
        ...fromState.map((config) => openStored(config, ids.has(config.id), deps)),
      ];
    }
    declared = fromFile;
    stored = fromState;
    return list;
  };
}

/** The place that the secrets of a hook are bound to. No provider has such a name. */
export function secretPlace({ id, hook, options }: HookConfig) {
  return { id, provider: `hook:${hook}`, options };
}

/** A stored hook with its secrets opened. Throws if its plugin is missing or its options are invalid. */
export function openHook(
  stored: HookConfig,
  { registry, secrets }: Pick<DeclaredHooksDeps, 'registry' | 'secrets'>,
): HookConfig {
  const { options: schema } = registry.hook(stored.hook);
  return { ...stored, options: schema.parse(openOptions(schema, secretPlace(stored), secrets)) };
}

/** A stored hook that cannot be opened stays in its place: whatever it guards must not pass because of that. */
function openStored(stored: HookConfig, isShadowed: boolean, deps: DeclaredHooksDeps): DeclaredHook {
  const entry = { config: stored, origin: 'state' } as const;
  if (isShadowed)
    return { ...entry, unusable: `The config file declares another hook ${JSON.stringify(stored.id)}.` };
  try {
    return { ...entry, config: openHook(stored, deps) };
  } catch (error) {
    return { ...entry, unusable: reasonOf(error, stored, deps) };
  }
}

function reasonOf(error: unknown, { hook }: HookConfig, { registry }: DeclaredHooksDeps): string {
  if (error instanceof StateError) return error.message;
  const name = JSON.stringify(hook);
  return registry.hooks.some((type) => type.name === hook)
    ? `Its stored options are not valid for the hook ${name}.`
    : `No plugin contributes the hook ${name}.`;
}
