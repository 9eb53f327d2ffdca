import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plugin, Protocol } from '@dragoman/plugin';
import type { UpstreamInput } from '../../core/src/config/upstream.ts';
import type { ConfigOverrides } from '../../core/src/config/overrides.ts';
import { openAuditLog } from '../../core/src/audit/audit-log.ts';
import { resolveConfig } from '../../core/src/config/resolve.ts';
import { createAdmin } from '../../core/src/http/admin/admin.ts';
import { declaredHooks } from '../../core/src/hooks/declared-hooks.ts';
import { hookFolders } from '../../core/src/hooks/hook-folders.ts';
import { createHooks } from '../../core/src/hooks/hooks.ts';
import type { AdminDeps } from '../../core/src/http/admin/deps.ts';
import { createApp } from '../../core/src/http/app.ts';
import { createLogs } from '../../core/src/log/log.ts';
import { PluginFaults } from '../../core/src/log/plugin-faults.ts';
import { createRegistry } from '../../core/src/registry/registry.ts';
import { createLiveConfig } from '../../core/src/config/live.ts';
import { openLedger } from '../../core/src/limits/ledger.ts';
import { createPrices } from '../../core/src/limits/prices.ts';
import { createLimiter } from '../../core/src/limits/limiter.ts';
import { createMemoryCoordinator } from '../../core/src/limits/memory-coordinator.ts';
import { createBodyBudget } from '../../core/src/http/base/body-budget.ts';
import { createPasses } from '../../core/src/http/access/passes.ts';
import { createUploadWatch } from '../../core/src/http/bodies/upload-watch.ts';
import { createProxies } from '../../core/src/http/access/proxies.ts';
import { createSessions } from '../../core/src/http/access/sessions.ts';
import { NO_RECORDER } from '../../core/src/http/recording/recorder.ts';
import { NO_TRACES } from '../../core/src/trace/traces.ts';
import { createAliases } from '../../core/src/catalogue/aliases.ts';
import { createGates } from '../../core/src/upstreams/gates.ts';
import { KnownSecrets } from '../../core/src/state/secrets/known-secrets.ts';
import { createHealthBoard } from '../../core/src/upstreams/health.ts';
import { createCatalogue } from '../../core/src/catalogue/catalogue.ts';
import { createUpstreams } from '../../core/src/upstreams/upstreams.ts';
import { createKeyRing } from '../../core/src/state/keys.ts';
import { openSecretBox } from '../../core/src/state/secrets/secrets.ts';
import type { StateStore } from '../../core/src/state/state.ts';
import { createStores } from '../../core/src/state/stores/stores.ts';
import { openStateStore } from '../../core/src/state/store.ts';
import { createHttpPools } from '../../core/src/transport/pools.ts';
import { createParrots, type ParrotDiary } from './parrot.ts';

export const LOCAL_TOKEN = 'the-local-token-of-this-run';

export interface AdminAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: unknown;
}

export interface AdminOptions {
  readonly overrides?: ConfigOverrides;
  /** Of the config file. */
  readonly upstreams?: readonly UpstreamInput[];
  /** Whether the gateway stands behind a proxy whose `x-forwarded-…` headers it trusts. */
  readonly proxy?: boolean;
  /** A data folder to go on with. */
  readonly folder?: string;
  /** Instead of the parrots. */
  readonly plugins?: readonly Plugin[];
  /** Puts another store in the place of the one of the folder. */
  readonly wrapState?: (state: StateStore) => StateStore;
}

export interface RunningAdmin {
  readonly deps: AdminDeps;
  readonly diary: ParrotDiary;
  readonly url: string;
  /** The routes as they are mounted: `GET /admin/api/v1/keys`. */
  readonly routes: readonly string[];
  readonly createSignInToken: () => string;
  /** Moves the clock. */
  readonly pass: (milliseconds: number) => void;
  /** Calls an operation, with the local token unless headers are given. */
  readonly call: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<AdminAnswer>;
  /** Ends it; the data folder stays when it was given. */
  readonly close: () => Promise<void>;
}

/** Starts the admin API alone, with all that it needs for real, on a clock that stands still. */
export async function startAdmin(options: AdminOptions = {}): Promise<RunningAdmin> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'dragoman-admin-')));
  const diary: ParrotDiary = { keys: [], closed: 0 };
  const clock = { now: Date.parse('2026-11-21T12:00:00Z') };
  let url = '';
  const deps = await createDeps(options, { folder, diary, now: () => clock.now, baseUrl: () => url });
  const { router, createSignInLink } = createAdmin(deps);
  const createSignInToken = (): string => new URL(createSignInLink()).hash.slice('#token='.length);
  const app = createApp({
    config: deps.config,
    log: createLogs(deps.config.log).log,
    requestLog: createLogs(deps.config.log).request,
    fallback: wordless,
    protocolAt: () => undefined,
    routers: [router],
    console: (_, next) => next(),
    recorder: NO_RECORDER,
    proxies: deps.proxies,
    now: deps.now,
  });
  const server = createServer(app.callback()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...{ deps, diary, url, createSignInToken },
    routes: router.stack
      .flatMap(({ methods, path }) => methods.map((method) => `${method} ${String(path)}`))
      .filter((route) => !route.startsWith('HEAD ')),
    pass: (milliseconds) => void (clock.now += milliseconds),
    call: (...request) => call(url, request),
    async close() {
      server.closeAllConnections();
      server.close();
      await deps.upstreams.close();
      await deps.pools.close();
      if (!options.folder) await rm(folder, { recursive: true, force: true });
    },
  };
}

type Surroundings = Pick<AdminDeps, 'now' | 'baseUrl'> & {
  readonly folder: string;
  readonly diary: ParrotDiary;
};

async function createDeps(
  { overrides = {}, upstreams = [], plugins, proxy = false, wrapState = (state) => state }: AdminOptions,
  { folder, diary, now, baseUrl }: Surroundings,
): Promise<AdminDeps> {
  const input = {
    plugins: plugins ?? [createParrots(diary)],
    upstreams: [...upstreams],
    data: folder,
    log: { level: 'silent' },
    server: { trustedProxies: proxy ? ['127.0.0.1'] : [] },
  };
  const config = resolveConfig(input, overrides);
  const { log } = createLogs(config.log);
  const secrets = await openSecretBox({ folder });
  const state = wrapState(await openStateStore({ folder, log, secrets }));
  const audit = await openAuditLog({ folder, log, now, ...config.audit });
  const registry = createRegistry(config.plugins);
  const pools = createHttpPools();
  const sessions = createSessions(now);
  const live = createLiveConfig(config);
  const ledger = await openLedger({ folder, log, now });
  const limiter = createLimiter(createMemoryCoordinator({ now, ledger }), now);
  const health = createHealthBoard(() => config.routing.breaker);
  const aliases = createAliases(live, state);
  const stores = createStores({ folder, secrets, log });
  const known = new KnownSecrets();
  const all = createUpstreams({
    ...{ live, registry, state, secrets, pools, log, now, clock: { now }, stores, known },
  });
  const prices = createPrices(() => config.prices, now);
  const hooks = createHooks({
    ...{ registry, known, pools, log, stores, prices, upstreams: all, clock: { now } },
    declared: declaredHooks({ live, state, registry, secrets }),
    folderOf: hookFolders(folder),
  });
  return {
    pluginFaults: new PluginFaults({ now, redact: (text) => text }),
    ...{ config, audit, registry, state, secrets, pools, log, now, baseUrl },
    sleep: () => Promise.resolve(),
    bodies: createBodyBudget(config.server),
    uploads: createUploadWatch({ minBytesPerSecond: 0, maxMs: 0, now }),
    passes: createPasses({ now, sessions }),
    ...{
      sessions,
      proxies: createProxies(config.server.trustedProxies),
      publicUrl: baseUrl,
      consoleUrl: baseUrl,
    },
    upstreams: all,
    ...{ aliases, health, gates: createGates(), limiter, traces: NO_TRACES },
    ...{ prices, hooks },
    catalogue: createCatalogue({
      upstreams: all,
      health,
      aliases: () => aliases.all(),
      routing: () => config.routing,
    }),
    keys: createKeyRing({ store: state, now }),
    stopping: new AbortController().signal,
    version: '1.2.3',
    localToken: LOCAL_TOKEN,
  };
}

/** The admin API tells its errors itself. */
const wordless: Protocol = {
  name: 'wordless',
  title: 'Wordless',
  endpoints: [],
  encodeError: ({ status }) => ({ status, body: {} }),
};

async function call(url: string, request: Parameters<RunningAdmin['call']>): Promise<AdminAnswer> {
  const [method, path, body, headers = { authorization: `Bearer ${LOCAL_TOKEN}` }] = request;
  const response = await fetch(`${url}/admin/api/v1${path}`, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: text === '' ? undefined : JSON.parse(text),
  };
}
