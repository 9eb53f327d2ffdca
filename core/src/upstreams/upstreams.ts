import { randomUUID } from 'node:crypto';
import { GatewayError, type Model } from '@dragoman/plugin';
import { readModels } from '@dragoman/plugin/internal/canonical/read-answers';
import type { LiveConfig } from '../config/live.ts';
import { urlsWithUserInfo } from '../validation/option-urls.ts';
import type { UpstreamConfig } from '../config/upstream.ts';
import type { SecretBox } from '../state/secrets/secrets.ts';
import { openOptions } from '../state/secrets/seal-options.ts';
import { StateError } from '../state/files/state-error.ts';
import type { StateStore } from '../state/state.ts';
import type { Stores } from '../state/stores/stores.ts';
import { askProvider } from './provider-calls/ask-provider.ts';
import { type BuildDeps, buildUpstream, CreateError } from './build-upstream.ts';
import { startCall } from './call.ts';
import { createModelList, type ModelList } from './model-list.ts';
import type { UnusableUpstream, Upstream, Upstreams } from './upstream.ts';

export interface UpstreamsDeps extends BuildDeps {
  readonly live: LiveConfig;
  readonly state: StateStore;
  readonly secrets: SecretBox;
  readonly stores: Stores;
  readonly now: () => number;
}

type Entry = Upstream | UnusableUpstream;

const isUsable = (entry: Entry): entry is Upstream => 'provider' in entry;
const configOf = (entry: Entry): UpstreamConfig => (isUsable(entry) ? entry.config : entry.stored);

/** Keeps the live upstreams in sync with the state: an unchanged one stays the same object. */
export function createUpstreams(deps: UpstreamsDeps): Upstreams {
  const lists = new WeakMap<Upstream, ModelList>();
  let fileSeen: readonly UpstreamConfig[] | undefined;
  let fromFile: readonly Entry[] = [];
  let seen: readonly UpstreamConfig[] | undefined;
  let fromState = new Map<UpstreamConfig, Entry>();
  let all: readonly Upstream[] = [];
  let unusable: readonly UnusableUpstream[] = [];
  let byId = new Map<string, Upstream>();
  let revision = 0;

  const sync = (): void => {
    const stored = deps.state.read().upstreams;
    const declared = deps.live.get().upstreams;
    // A reload of plugins' code comes with a list of its own, too.
    if (stored === seen && declared === fileSeen) return;
    const before = [...fromFile, ...fromState.values()];
    const next = readAll({ declared, stored }, { fromFile: fileSeen && fromFile, fromState }, deps);
    revision += 1;
    fileSeen = declared;
    seen = stored;
    ({ fromFile, fromState } = next);
    const entries = [...fromFile, ...fromState.values()];
    all = entries.filter(isUsable);
    unusable = entries.filter((entry): entry is UnusableUpstream => !isUsable(entry));
    byId = new Map(all.map((upstream) => [upstream.config.id, upstream]));
    void closeAll(before.filter(isUsable).filter((upstream) => !entries.includes(upstream)));
    const ids = entries.map((entry) => configOf(entry).id);
    if (revision === 1) void deps.stores.keepOnly('upstream', ids);
    for (const { id } of before.map(configOf))
      if (!ids.includes(id)) void deps.stores.remove({ kind: 'upstream', id });
  };

  const listOf = (upstream: Upstream): ModelList => {
    let list = lists.get(upstream);
    if (!list) lists.set(upstream, (list = createList(deps, upstream, () => (revision += 1))));
    return list;
  };

  return {
    all() {
      sync();
      return all;
    },
    unusable() {
      sync();
      return unusable;
    },
    revision() {
      sync();
      return revision;
    },
    get(id) {
      sync();
      return byId.get(id);
    },
    create: (config) => buildUpstream(deps, config, 'state'),
    list: listOf,
    close: () => closeAll(all),
  };
}

interface Read {
  readonly fromFile: readonly Entry[];
  readonly fromState: Map<UpstreamConfig, Entry>;
}

/**
 * The upstreams of the file and of the state. Those that have not changed, and whose plugin's code has not, stay the same
 * objects. One that cannot be created does not stop startup; but a reload is refused then, so that the running ones stay.
 */
function readAll(
  {
    declared,
    stored,
  }: { readonly declared: readonly UpstreamConfig[]; readonly stored: readonly UpstreamConfig[] },
  before: Omit<Read, 'fromFile'> & { readonly fromFile: Read['fromFile'] | undefined },
  deps: UpstreamsDeps,
): Read {
  const made: Entry[] = [];
  const keep = (entry: Entry): Entry => {
    made.push(entry);
    return entry;
  };
  try {
    const fromFile = declared.map(
      (config) =>
        same(before.fromFile ?? [], config, deps) ?? keep(openDeclared(deps, config, before.fromFile)),
    );
    const open = (config: UpstreamConfig): Entry => {
      const last = before.fromState.get(config);
      return last && isCurrent(last, deps) ? last : keep(openStored(deps, config, last));
    };
    return { fromFile, fromState: new Map(stored.map((config) => [config, open(config)])) };
  } catch (error) {
    void closeAll(made.filter(isUsable));
    throw error;
  }
}

/** The previous upstream, if neither its config nor its plugin has changed. */
function same(before: readonly Entry[], config: UpstreamConfig, deps: UpstreamsDeps): Entry | undefined {
  const text = JSON.stringify(config);
  return before.find((entry) => JSON.stringify(configOf(entry)) === text && isCurrent(entry, deps));
}

/** Whether an upstream was made by the code that its plugin has now. */
function isCurrent(entry: Entry, { registry }: UpstreamsDeps): boolean {
  return entry.type === registry.providers.find(({ name }) => name === configOf(entry).provider);
}

function openDeclared(
  deps: UpstreamsDeps,
  config: UpstreamConfig,
  before: readonly Entry[] | undefined,
): Entry {
  try {
    return buildUpstream(deps, config, 'file');
  } catch (error) {
    if (before) throw error;
    return unusableFor(error, { stored: config, origin: 'file' }, deps);
  }
}

const USER_INFO =
  'The URL of a stored upstream contains a user name or password, which is not encrypted. Use the credential option.';

/** A stored upstream with its secrets opened. Throws if its plugin is missing or its options are invalid. */
export function openConfig(
  stored: UpstreamConfig,
  { registry, secrets }: Pick<UpstreamsDeps, 'registry' | 'secrets'>,
): UpstreamConfig {
  const type = registry.provider(stored.provider);
  return { ...stored, options: type.options.parse(openOptions(type.options, stored, secrets)) };
}

/** A stored upstream whose plugin was removed or whose secret key was lost must not stop the others. */
function openStored(deps: UpstreamsDeps, stored: UpstreamConfig, before: Entry | undefined): Entry {
  try {
    const config = openConfig(stored, deps);
    // Earlier versions accepted them.
    if (urlsWithUserInfo(stored.options).length > 0) deps.log.warn({ upstream: stored.id }, USER_INFO);
    return buildUpstream(deps, config, 'state');
  } catch (error) {
    if (before && isUsable(before) && error instanceof CreateError) throw error;
    return unusableFor(error, { stored, origin: 'state' }, deps);
  }
}

function unusableFor(
  error: unknown,
  upstream: Pick<UnusableUpstream, 'stored' | 'origin'>,
  { registry, log }: UpstreamsDeps,
): UnusableUpstream {
  const { id, provider } = upstream.stored;
  const reason = reasonOf(error, provider);
  const type = registry.providers.find(({ name }) => name === provider);
  const plugin = type && registry.pluginOf(provider);
  const cause = error instanceof CreateError ? error.cause : error;
  log.error(
    { upstream: id, ...(plugin && { plugin }), error: cause },
    `An upstream cannot be used. ${reason}`,
  );
  return { ...upstream, type, reason };
}

function reasonOf(error: unknown, provider: string): string {
  if (error instanceof CreateError || error instanceof StateError) return error.message;
  if (GatewayError.is(error)) return `No plugin contributes the provider ${JSON.stringify(provider)}.`;
  return `Its stored options are not valid for the provider ${JSON.stringify(provider)}.`;
}

function createList(deps: UpstreamsDeps, upstream: Upstream, onChange: () => void): ModelList {
  const { provider, config } = upstream;
  if (!provider.models) return createModelList({ config, now: deps.now });
  const discover = async (): Promise<readonly Model[]> => {
    const call = startCall(deps.pools, { upstream, requestId: `models_${randomUUID()}` });
    try {
      return await askProvider(call, async (context) => readModels(await provider.models?.(context)));
    } finally {
      call.release();
    }
  };
  return createModelList({ config, discover, onChange, now: deps.now });
}

async function closeAll(upstreams: readonly Upstream[]): Promise<void> {
  await Promise.all(upstreams.map((upstream) => upstream.close()));
}
