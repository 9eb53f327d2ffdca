import type { HookType, ModelPlace, Usage } from '@dragoman/plugin';
import type { Candidate } from '../catalogue/candidate.ts';
import type { HookConfig } from '../config/hook.ts';
import type { Prices } from '../limits/prices.ts';
import type { StoredKey } from '../state/state.ts';
import type { Upstreams } from '../upstreams/upstream.ts';
import {
  type BuildHookDeps,
  buildHook,
  type BuiltHook,
  type DeclaredHook,
  HookCreateError,
  unusableHook,
} from './built-hook.ts';
import type { HookedRequest } from './visit/hook-context.ts';
import { RequestHooks } from './request-hooks.ts';
import { isAt, isFor, mayChange } from './scope.ts';
import { type HookSums, HookTally } from './tally.ts';
import { Visit } from './visit/visit.ts';

/** The configured hooks, kept in step with what declares them. */
export interface Hooks {
  /** All of them that are enabled, in the order in which they see requests. A memory access. */
  all(): readonly BuiltHook[];
  /** Every declared hook, in the order of the list, disabled ones included. A memory access. */
  declared(): readonly DeclaredHook[];
  /** What a hook has done since the gateway started. */
  sums(id: string): HookSums;
  /** Creates a hook outside of the list, to try its options. Throws a {@link HookCreateError}; the caller closes it. */
  create(config: HookConfig): BuiltHook;
  /** The hooks of a request; `undefined` if none applies. Throws the client's error if one fails to say so. */
  open(request: HookedRequest): RequestHooks | undefined;
  /** Whether a candidate would get such a chat as its hooks leave it, and not as the client sent it. */
  mayChange(place: HookedPlace): boolean;
  close(): Promise<void>;
}

/** Where a request would go. */
export interface HookedPlace {
  readonly key: StoredKey | undefined;
  /** As the client named it. */
  readonly model: string;
  readonly candidate: Candidate;
}

export interface HooksDeps extends BuildHookDeps {
  /** The declared hooks, in order: the same list until it changes. */
  readonly declared: () => readonly DeclaredHook[];
  readonly prices: Prices;
  readonly upstreams: Pick<Upstreams, 'get'>;
}

const ORDERS = ['pre', 'normal', 'post'] as const;

/** Builds hooks when they are declared: an unchanged one stays the same object. */
export function createHooks(deps: HooksDeps): Hooks {
  let seen: readonly DeclaredHook[] | undefined;
  let all: readonly BuiltHook[] = [];
  const tally = new HookTally();

  const sync = (): void => {
    const declared = deps.declared();
    if (declared === seen) return;
    const before = all;
    const next = rebuild(declared, { before, isFirst: seen === undefined }, deps);
    seen = declared;
    all = next;
    void closeAll(before.filter((hook) => !next.includes(hook)));
    void deps.stores.keepOnly(
      'hook',
      declared.map(({ config }) => config.id),
    );
  };
  const costOf = (usage: Usage, { upstream, model }: ModelPlace): number | undefined => {
    const served = deps.upstreams.get(upstream);
    return served && deps.prices.costOf(usage, { upstream: served, model });
  };

  return {
    all() {
      sync();
      return all;
    },
    declared: () => deps.declared(),
    sums: (id) => tally.of(id),
    create: (config) => buildHook({ config, origin: 'state' }, deps),
    open(request) {
      sync();
      const { exchange, model } = request;
      const configured = all.filter((hook) => isFor(hook, exchange.key, model));
      if (configured.length === 0) return undefined;
      const headers = new Map<string, string>();
      const { pools } = deps;
      const visits = configured.map((hook) => new Visit({ hook, request, exchange, pools, headers }));
      const applying = visits.filter((visit) => {
        if (visit.applies()) return true;
        visit.end();
        return false;
      });
      if (applying.length === 0) return undefined;
      return new RequestHooks({ exchange, visits: applying, headers, costOf, tally });
    },
    mayChange({ key, model, candidate }) {
      sync();
      return all.some((hook) => mayChange(hook) && isFor(hook, key, model) && isAt(hook, candidate));
    },
    close: () => closeAll(all),
  };
}

interface Previous {
  readonly before: readonly BuiltHook[];
  readonly isFirst: boolean;
}

/**
 * The hooks of a list, in their order. One that cannot be created does not stop startup; but a reload of the config file
 * is refused then, so that the running ones stay.
 */
function rebuild(
  declared: readonly DeclaredHook[],
  { before, isFirst }: Previous,
  deps: BuildHookDeps,
): readonly BuiltHook[] {
  const made: BuiltHook[] = [];
  const build = (one: DeclaredHook): BuiltHook => {
    if (one.unusable !== undefined) return standIn(one, { unusable: one.unusable }, deps);
    try {
      const hook = buildHook(one, deps);
      made.push(hook);
      return hook;
    } catch (error) {
      if (one.origin === 'file' && !isFirst) throw error;
      return standIn(one, { unusable: reasonOf(error, one), error }, deps);
    }
  };
  try {
    const hooks = declared
      .filter(({ config }) => config.enabled)
      .map((one) => before.find((hook) => isSame(hook, one) && isCurrent(hook, deps)) ?? build(one));
    return ORDERS.flatMap((order) => hooks.filter((hook) => hook.order === order));
  } catch (error) {
    void closeAll(made);
    throw error;
  }
}

function isSame(one: DeclaredHook, other: DeclaredHook): boolean {
  return (
    one.origin === other.origin &&
    one.unusable === other.unusable &&
    JSON.stringify(one.config) === JSON.stringify(other.config)
  );
}

/** Whether a hook was made by the code that its plugin has now. */
function isCurrent({ type, config }: BuiltHook, deps: BuildHookDeps): boolean {
  return type === typeOf(config, deps);
}

const typeOf = (config: HookConfig, { registry }: BuildHookDeps): HookType | undefined =>
  registry.hooks.find(({ name }) => name === config.hook);

function reasonOf(error: unknown, { config }: DeclaredHook): string {
  if (error instanceof HookCreateError) return error.message;
  return `No plugin contributes the hook ${JSON.stringify(config.hook)}.`;
}

interface Unusable {
  readonly unusable: string;
  readonly error?: unknown;
}

/** A hook that fails for every request, by its `onError` rule. */
function standIn(declared: DeclaredHook, { unusable, error }: Unusable, deps: BuildHookDeps): BuiltHook {
  const { config } = declared;
  deps.log.error(
    { hook: config.id, ...(error !== undefined && { error }) },
    `A hook cannot be used. ${unusable}`,
  );
  return unusableHook(declared, { log: deps.log, unusable, type: typeOf(config, deps) });
}

async function closeAll(hooks: readonly BuiltHook[]): Promise<void> {
  await Promise.all(hooks.map((hook) => hook.close()));
}
