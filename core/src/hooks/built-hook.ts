import type { Clock, Hook, HookOrder, HookType, HookSetup, Log } from '@dragoman/plugin';
import type { HookConfig } from '../config/hook.ts';
import { bindLog } from '../registry/containment/bound-log.ts';
import { describeThrown } from '../registry/containment/describe-thrown.ts';
import { type PluginScope, runAs } from '../registry/containment/plugin-scope.ts';
import { hookProblems } from '../registry/containment/plugin-shape.ts';
import type { Registry } from '../registry/registry.ts';
import { type KnownSecrets, secretsOf } from '../state/secrets/known-secrets.ts';
import { NO_SECRETS, replaceSecrets, type Secrets } from '@dragoman/plugin/internal/text/secret-texts';
import type { Stores } from '../state/stores/stores.ts';
import { isDoneWithin } from '../timing/done-within.ts';
import { RepeatLimit } from '../timing/repeat-limit.ts';
import type { HttpPools } from '../transport/pools.ts';
import type { Timeouts } from '../transport/timeouts.ts';
import { originsOf } from '../validation/option-urls.ts';
import { maskOptions } from '../validation/secret-options.ts';

/** A hook of the configuration or of the state, with its options checked and its secrets opened. */
export interface DeclaredHook {
  readonly config: HookConfig;
  /** Hooks of the config file are read-only elsewhere. */
  readonly origin: 'file' | 'state';
  /** Why it cannot be used, as a full sentence. Its options are as stored then. */
  readonly unusable?: string;
}

/** A configured hook, ready to be called. Its options contain secrets: never log it. */
export interface BuiltHook extends DeclaredHook {
  /** What its plugin contributed when it was created. */
  readonly type: HookType | undefined;
  /** The plugin that contributes it. */
  readonly plugin: string;
  readonly scope: PluginScope;
  readonly hook: Hook;
  readonly order: HookOrder;
  readonly secrets: Secrets;
  readonly log: Log;
  readonly timeouts: Timeouts;
  /** Keeps a failure that occurs with every request from flooding the log. */
  readonly failures: RepeatLimit;
  /** Never throws, and does not take long. */
  close(): Promise<void>;
}

export interface BuildHookDeps {
  readonly registry: Registry;
  /** Receives the secrets of every hook that is created. */
  readonly known: KnownSecrets;
  readonly pools: HttpPools;
  readonly log: Log;
  readonly clock: Clock;
  readonly stores: Pick<Stores, 'of' | 'keepOnly'>;
  /** Makes a hook's own folder, and returns its path. */
  readonly folderOf: (hookId: string) => string;
}

/** The plugin could not create its hook. The message names the plugin, the hook and the cause, without secrets. */
export class HookCreateError extends Error {
  override readonly name = 'HookCreateError';
}

/** Creates a hook from its config. Throws a {@link HookCreateError} if its plugin fails. */
export function buildHook(declared: DeclaredHook, deps: BuildHookDeps): BuiltHook {
  const { config } = declared;
  const { id } = config;
  const type = deps.registry.hook(config.hook);
  const plugin = deps.registry.pluginOfHook(config.hook);
  const secrets = secretsOf(type.options, config.options);
  deps.known.add(secrets);
  const scope: PluginScope = { plugin, hook: id };
  const log = bindLog(deps.log, scope);
  const origins = originsOf(maskOptions(type.options, config.options));
  const gone = new AbortController();
  const { signal } = gone;
  const timeouts = timeoutsOf(config);
  const setup: HookSetup = {
    hookId: id,
    log,
    signal,
    http: deps.pools.client({ timeouts, signal, name: id }),
    store: deps.stores.of({ kind: 'hook', id, type: type.name, origins }),
    clock: { now: () => deps.clock.now() },
    folder: () => deps.folderOf(id),
  };
  const create = (): Hook => {
    try {
      const hook = runAs(scope, () => type.create(config.options, setup));
      const [problem] = hookProblems(hook);
      if (problem !== undefined) throw new Error(`create() did not return a valid hook: ${problem}.`);
      return hook;
    } catch (error) {
      runAs(scope, () => gone.abort());
      const message = `The plugin ${plugin} could not create the hook ${id}: ${describeThrown(error)}`;
      throw new HookCreateError(replaceSecrets(message, secrets), { cause: error });
    }
  };
  const hook = create();
  return {
    ...{ ...declared, type, plugin, scope, hook, secrets, log, timeouts },
    order: config.order ?? type.order ?? 'normal',
    failures: new RepeatLimit(),
    close: () => close(hook, { scope, log, gone }),
  };
}

/** A hook may wait no longer for anything than its calls may take. */
function timeoutsOf({ timeoutMs }: HookConfig): Timeouts {
  return { connectMs: timeoutMs, headersMs: timeoutMs, idleMs: timeoutMs, totalMs: timeoutMs };
}

/** Stands for a hook that cannot be used. */
export function unusableHook(
  declared: DeclaredHook,
  {
    log: gatewayLog,
    ...rest
  }: { readonly log: Log; readonly unusable: string; readonly type: HookType | undefined },
): BuiltHook {
  const { id, order = 'normal' } = declared.config;
  const scope: PluginScope = { plugin: '', hook: id };
  const fail = (): never => {
    throw new Error(rest.unusable);
  };
  return {
    ...{ ...declared, ...scope, ...rest, scope, order },
    hook: { request: fail },
    secrets: NO_SECRETS,
    log: bindLog(gatewayLog, { hook: id }),
    timeouts: timeoutsOf(declared.config),
    failures: new RepeatLimit(),
    close: () => Promise.resolve(),
  };
}

/** A hook that does not close in time is abandoned. */
const CLOSE_MS = 2_000;

async function close(
  hook: Hook,
  { scope, log, gone }: Pick<BuiltHook, 'scope' | 'log'> & { readonly gone: AbortController },
): Promise<void> {
  try {
    const closed = runAs(scope, async () => hook.close?.());
    if (!(await isDoneWithin(CLOSE_MS, closed))) log.warn({}, `A hook did not close within ${CLOSE_MS} ms.`);
  } catch (error) {
    log.warn({ error }, 'A hook did not close cleanly.');
  } finally {
    runAs(scope, () => gone.abort());
  }
}
