import { isDeepStrictEqual } from 'node:util';
import { defined } from '@dragoman/plugin';
import type { HookConfig } from '../../../../config/hook.ts';
import { parseHook } from '../../../../config/parse-hook.ts';
import { type DeclaredHook, HookCreateError } from '../../../../hooks/built-hook.ts';
import { openHook, secretPlace } from '../../../../hooks/declared-hooks.ts';
import { sealOptions } from '../../../../state/secrets/seal-options.ts';
import type { State } from '../../../../state/state.ts';
import { AdminError } from '../../admin-error.ts';
import { hookContract } from '../../contract/hook-contract.ts';
import type { AdminDeps } from '../../deps.ts';
import { describeOptions } from '../../describe-options.ts';
import { always, defineOperations } from '../../operation.ts';
import { changeOptions, refuseKeptSecrets, refuseMovedSecrets } from '../upstreams/change-options.ts';
import { viewHook } from './hook-view.ts';

export const hookOperations = defineOperations(hookContract, {
  'GET /hook-types': {
    summary: 'Lists the kinds of hook, each with the JSON Schema of its options.',
    access: 'admin',
    handle: (_, { registry }) =>
      registry.hooks.map(({ name, title, description, options }) => ({
        name,
        title,
        description,
        options: describeOptions(options),
      })),
  },
  'GET /hooks': {
    summary: 'Lists the hooks, those of the config file first.',
    access: 'admin',
    handle: (_, deps) => deps.hooks.declared().map((hook) => viewHook(hook, deps)),
  },
  'POST /hooks': {
    summary: 'Adds a hook after all others. It sees requests at once.',
    access: 'admin',
    confirm: always,
    audit: {
      target: ({ body }) => `/hooks/${body.id}`,
      snapshot: ({ body }, deps) => hookNow(body.id, deps),
    },
    refusals: ['conflict'],
    async handle({ body }, deps) {
      const config = checked(body, deps);
      await tryOut(config, deps);
      const stored = seal(config, deps);
      const isDeclared = isOfFile(config.id, deps);
      await deps.state.update((state) => {
        if (isDeclared || state.hooks.some(({ id }) => id === config.id))
          throw new AdminError('conflict', `The hook ${config.id} already exists.`);
        return { ...state, hooks: [...state.hooks, stored] };
      });
      return view(config.id, deps);
    },
  },
  'PUT /hooks/order': {
    summary: 'Puts the hooks into another order.',
    access: 'admin',
    // A hook that keeps replies must not come before one that masks them unseen.
    confirm: always,
    audit: {
      target: () => '/hooks/order',
      snapshot: (_, { state }) => state.read().hooks.map(({ id }) => id),
    },
    refusals: ['conflict'],
    async handle({ body: { ids } }, deps) {
      await deps.state.update((state) => {
        const hooks = ids.flatMap((id) => state.hooks.filter((hook) => hook.id === id));
        const isComplete = hooks.length === state.hooks.length && new Set(hooks).size === hooks.length;
        if (!isComplete || ids.length !== hooks.length)
          throw new AdminError('conflict', 'The list must name every hook once. Load it again.');
        return { ...state, hooks };
      });
      return deps.hooks.declared().map((hook) => viewHook(hook, deps));
    },
  },
  'PATCH /hooks/:id': {
    summary: 'Changes a hook. It takes effect at once; running requests are not affected.',
    access: 'admin',
    // Options may send prompts somewhere, with which secret; and a hook that guards less is as good as removed.
    confirm: ({ body: { options, ...fields }, params: { id } }, deps) => {
      const changeable = findChangeable(id, deps.state.read(), deps);
      return (options !== undefined && changesOptions(options, changeable)) || mayWeaken(fields, changeable);
    },
    audit: { snapshot: ({ params: { id } }, deps) => hookNow(id, deps) },
    refusals: ['read-only', 'conflict'],
    async handle({ body: { options, on, order, ...fields }, params: { id } }, deps) {
      const changedIn = (state: State): HookConfig => {
        const { config, type, isUsable } = findChangeable(id, state, deps);
        const given = { type, before: config.options, change: options ?? {} };
        const merged = changeOptions(given);
        const removable = {
          on: on === undefined ? config.on : (on ?? undefined),
          order: order === undefined ? config.order : (order ?? undefined),
        };
        if (!isUsable) refuseKeptSecrets(given, 'since the stored value cannot be used');
        const next = checked(defined({ ...config, ...defined(fields), ...removable, options: merged }), deps);
        if (isUsable) refuseMovedSecrets(given, next.options);
        return next;
      };
      const tried = changedIn(deps.state.read());
      if (tried.enabled) await tryOut(tried, deps);
      await deps.state.update((state) => {
        const stored = seal(changedIn(state), deps);
        return { ...state, hooks: state.hooks.map((entry) => (entry.id === id ? stored : entry)) };
      });
      return view(id, deps);
    },
  },
  'DELETE /hooks/:id': {
    summary: 'Removes a hook.',
    access: 'admin',
    confirm: always,
    audit: { snapshot: ({ params: { id } }, deps) => hookNow(id, deps) },
    refusals: ['read-only'],
    async handle({ params: { id } }, deps) {
      await deps.state.update((state) => {
        const hooks = state.hooks.filter((entry) => entry.id !== id);
        if (hooks.length === state.hooks.length) throw notChangeable(id, deps);
        return { ...state, hooks };
      });
    },
  },
});

interface Changeable {
  readonly config: HookConfig;
  readonly type: ReturnType<AdminDeps['registry']['hook']>;
  /** If false, its secrets are still sealed. */
  readonly isUsable: boolean;
}

/** A stored hook, even an unusable one: entering its options again may repair it. */
function findChangeable(id: string, { hooks }: State, deps: AdminDeps): Changeable {
  const stored = hooks.find((entry) => entry.id === id);
  if (!stored) throw notChangeable(id, deps);
  const type = deps.registry.hooks.find(({ name }) => name === stored.hook);
  if (!type) {
    const name = JSON.stringify(stored.hook);
    throw new AdminError(
      'conflict',
      `The hook ${id} cannot be used. No plugin contributes the hook ${name}.`,
    );
  }
  try {
    return { config: openHook(stored, deps), type, isUsable: true };
  } catch {
    return { config: stored, type, isUsable: false };
  }
}

function find(id: string, { hooks }: AdminDeps): DeclaredHook | undefined {
  return hooks.declared().find(({ config }) => config.id === id);
}

function view(id: string, deps: AdminDeps) {
  const hook = find(id, deps);
  if (!hook) throw notFound(id);
  return viewHook(hook, deps);
}

function notFound(id: string): AdminError {
  return new AdminError('not-found', `There is no hook ${JSON.stringify(id)}.`);
}

function isOfFile(id: string, deps: AdminDeps): boolean {
  return find(id, deps)?.origin === 'file';
}

/** Why a hook cannot be changed: only those in the state can. */
function notChangeable(id: string, deps: AdminDeps): AdminError {
  if (!isOfFile(id, deps)) return notFound(id);
  const file = deps.config.file ?? 'the configuration';
  return new AdminError('read-only', `The hook ${id} is declared in ${file}; change it there.`);
}

function changesOptions(change: HookConfig['options'], { config, type }: Changeable): boolean {
  const changed = changeOptions({ type, before: config.options, change });
  return !isDeepStrictEqual(changed, config.options);
}

/** What makes a hook guard no less than before. */
const STRICT: Partial<HookConfig> = { enabled: true, shadow: false, onError: 'closed' };

function mayWeaken(fields: Readonly<Record<string, unknown>>, { config }: Changeable): boolean {
  return Object.entries(fields).some(([name, value]) => {
    const field = name as keyof HookConfig;
    return !isDeepStrictEqual(value ?? undefined, config[field]) && value !== STRICT[field];
  });
}

/** A hook for the audit log: as displayed, without fields that change by themselves. */
function hookNow(id: string, deps: AdminDeps): unknown {
  const hook = find(id, deps);
  return (
    hook && {
      ...viewHook(hook, deps),
      runs: undefined,
      calls: undefined,
      saved: undefined,
      failure: undefined,
    }
  );
}

function checked(input: unknown, { registry }: AdminDeps): HookConfig {
  const parsed = parseHook(registry, input);
  if ('value' in parsed) return parsed.value;
  throw new AdminError('invalid', 'Invalid hook.', { issues: parsed.problems });
}

/** Options that its plugin refuses are not stored. */
async function tryOut(config: HookConfig, { hooks }: AdminDeps): Promise<void> {
  try {
    await hooks.create(config).close();
  } catch (error) {
    if (!(error instanceof HookCreateError)) throw error;
    throw new AdminError('invalid', error.message);
  }
}

function seal(config: HookConfig, { registry, secrets }: AdminDeps): HookConfig {
  const schema = registry.hook(config.hook).options;
  return { ...config, options: sealOptions(schema, secretPlace(config), secrets) };
}
