import { randomUUID } from 'node:crypto';
import type { Model } from '../canonical/models.ts';
import type { LiveConfig } from '../config/live.ts';
import { urlsWithUserInfo } from '../config/option-urls.ts';
import type { UpstreamConfig } from '../config/upstream.ts';
import type { Log } from '../plugin/plugin.ts';
import type { Registry } from '../plugin/registry.ts';
import type { SecretBox } from '../state/secrets.ts';
import { type KnownSecrets, secretsOf } from '../state/known-secrets.ts';
import { openOptions } from '../state/seal-options.ts';
import type { StateStore } from '../state/state.ts';
import type { HttpPools } from '../transport/pools.ts';
import { startCall } from './call.ts';
import { createModelList, type ModelList } from './model-list.ts';
import type { Upstream, Upstreams } from './upstream.ts';
import { createCapabilities } from './upstream-capabilities.ts';

export interface UpstreamsDeps {
  readonly live: LiveConfig;
  readonly registry: Registry;
  readonly state: StateStore;
  readonly secrets: SecretBox;
  /** Gets the secrets of every upstream that is created. */
  readonly known: KnownSecrets;
  readonly pools: HttpPools;
  readonly log: Log;
  readonly now: () => number;
}

type Stored = UpstreamConfig;

/** Keeps the live upstreams in step with the state: one that did not change stays the very same object. */
export function createUpstreams(deps: UpstreamsDeps): Upstreams {
  const lists = new WeakMap<Upstream, ModelList>();
  let fileSeen: readonly UpstreamConfig[] | undefined;
  let fromFile: readonly Upstream[] = [];
  let seen: readonly Stored[] | undefined;
  let fromState = new Map<Stored, Upstream>();
  let all: readonly Upstream[] = [];
  let byId = new Map<string, Upstream>();
  let revision = 0;

  const sync = (): void => {
    const stored = deps.state.read().upstreams;
    const declared = deps.live.get().upstreams;
    if (stored === seen && declared === fileSeen) return;
    revision += 1;
    const before = fromFile;
    if (declared !== fileSeen)
      fromFile = declared.map((config) => same(before, config) ?? build(deps, config, 'file'));
    fileSeen = declared;
    seen = stored;
    const next = new Map(stored.map((entry) => [entry, fromState.get(entry) ?? openStored(deps, entry)]));
    const gone = [
      ...[...fromState].filter(([entry]) => !next.has(entry)).map(([, upstream]) => upstream),
      ...before.filter((upstream) => !fromFile.includes(upstream)),
    ];
    fromState = new Map([...next].filter((pair): pair is [Stored, Upstream] => pair[1] !== undefined));
    all = [...fromFile, ...fromState.values()];
    byId = new Map(all.map((upstream) => [upstream.config.id, upstream]));
    void closeAll(gone, deps.log);
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
    revision() {
      sync();
      return revision;
    },
    get(id) {
      sync();
      return byId.get(id);
    },
    create: (config) => build(deps, config, 'state'),
    list: listOf,
    close: () => closeAll(all, deps.log),
  };
}

/** The upstream of before, where its config says the same. */
function same(before: readonly Upstream[], config: UpstreamConfig): Upstream | undefined {
  const text = JSON.stringify(config);
  return before.find((upstream) => JSON.stringify(upstream.config) === text);
}

function build(deps: UpstreamsDeps, config: UpstreamConfig, origin: Upstream['origin']): Upstream {
  const type = deps.registry.provider(config.provider);
  const log = deps.log;
  const secrets = secretsOf(type.options, config.options);
  deps.known.add(secrets);
  const provider = type.create(config.options, { upstreamId: config.id, log });
  return { config, origin, type, provider, secrets, capabilitiesOf: createCapabilities({ type, config }) };
}

const USER_INFO =
  'The URL of a stored upstream holds a user name or password, which are not encrypted. Use the option for the credential.';

/** A stored upstream with its secrets opened. Throws when its plugin is gone, or its options cannot be used. */
export function openConfig(
  stored: Stored,
  { registry, secrets }: Pick<UpstreamsDeps, 'registry' | 'secrets'>,
): UpstreamConfig {
  const type = registry.provider(stored.provider);
  return { ...stored, options: type.options.parse(openOptions(type.options, stored, secrets)) };
}

/** A stored upstream whose plugin was removed or whose secret key was lost must not stop the others. */
function openStored(deps: UpstreamsDeps, stored: Stored): Upstream | undefined {
  try {
    const config = openConfig(stored, deps);
    // Earlier versions accepted them.
    if (urlsWithUserInfo(stored.options).length > 0) deps.log.warn({ upstream: stored.id }, USER_INFO);
    return build(deps, config, 'state');
  } catch (error) {
    deps.log.error({ upstream: stored.id, error }, 'A stored upstream cannot be used.');
    return undefined;
  }
}

function createList(deps: UpstreamsDeps, upstream: Upstream, onChange: () => void): ModelList {
  const { provider, config } = upstream;
  if (!provider.models) return createModelList({ config, now: deps.now });
  const discover = async (): Promise<readonly Model[]> => {
    const call = startCall(deps.pools, { upstream, requestId: `models_${randomUUID()}`, log: deps.log });
    try {
      return (await provider.models?.(call.context)) ?? [];
    } finally {
      call.release();
    }
  };
  return createModelList({ config, discover, onChange, now: deps.now });
}

async function closeAll(upstreams: readonly (Upstream | undefined)[], log: Log): Promise<void> {
  for (const upstream of upstreams) {
    try {
      await upstream?.provider.close?.();
    } catch (error) {
      log.warn({ upstream: upstream?.config.id, error }, 'An upstream did not close cleanly.');
    }
  }
}
