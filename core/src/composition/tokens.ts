import type { Upkeep } from '../upstreams/upkeep.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Servers } from '../http/servers.ts';
import type { Recorder } from '../http/recording/recorder.ts';
import type { Observers } from '../http/recording/observers.ts';
import type { UploadWatch } from '../http/bodies/upload-watch.ts';
import type { Running } from '../http/base/running.ts';
import type { Sessions } from '../http/access/sessions.ts';
import type { Proxies } from '../http/access/proxies.ts';
import type { Passes } from '../http/access/passes.ts';
import type { BodyBudget } from '../http/base/body-budget.ts';
import type { Admin } from '../http/admin/admin.ts';
import type { Reload } from '../config/reloader.ts';
import type { GatewayEntries } from '../audit/gateway-entries.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Logger } from 'pino';
import type { InjectionToken } from 'tsyringe';
import type { CredentialNames } from '../http/access/credentials.ts';
import type { LiveConfig } from '../config/live.ts';
import type { Conversations } from '../conversations/conversations.ts';
import type { DiskSpace } from '../state/files/disk-space.ts';
import type { Limiter } from '../limits/limiter.ts';
import type { Prices } from '../limits/prices.ts';
import type { RequestLog } from '../log/log.ts';
import type { PluginFaults } from '../log/plugin-faults.ts';
import type { LogSink } from '../log/log-sink.ts';
import type { Registry } from '../registry/registry.ts';
import type { Aliases } from '../catalogue/aliases.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Clock } from '../timing/clock.ts';
import type { Gates } from '../upstreams/gates.ts';
import type { HealthBoard } from '../upstreams/health.ts';
import type { Hooks } from '../hooks/hooks.ts';
import type { Router } from '../routing/router.ts';
import type { Upstreams } from '../upstreams/upstream.ts';
import type { KeyRing } from '../state/keys.ts';
import type { SecretBox } from '../state/secrets/secrets.ts';
import type { OwnedIds } from '../state/owned-ids.ts';
import type { Stores } from '../state/stores/stores.ts';
import type { StateStore } from '../state/state.ts';
import type { DataProblem } from '../state/files/unreadable.ts';
import type { Traces } from '../trace/traces.ts';
import type { HttpPools } from '../transport/pools.ts';

/** Where clients of any protocol put their key. */
export const CREDENTIALS: InjectionToken<CredentialNames> = Symbol('Credentials');
export const LIVE_CONFIG: InjectionToken<LiveConfig> = Symbol('LiveConfig');
export const CLOCK: InjectionToken<Clock> = Symbol('Clock');
export const LOG: InjectionToken<Logger> = Symbol('Log');
export const REQUEST_LOG: InjectionToken<RequestLog> = Symbol('RequestLog');
export const LOG_SINK: InjectionToken<LogSink> = Symbol('LogSink');
export const PLUGIN_FAULTS: InjectionToken<PluginFaults> = Symbol('PluginFaults');
export const REGISTRY: InjectionToken<Registry> = Symbol('Registry');
/** Rows of the data folder that this version cannot use. */
export const UNUSABLE: InjectionToken<readonly DataProblem[]> = Symbol('Unusable');
export const STATE: InjectionToken<StateStore> = Symbol('State');
export const SECRETS: InjectionToken<SecretBox> = Symbol('Secrets');
export const STORES: InjectionToken<Stores> = Symbol('Stores');
export const AUDIT: InjectionToken<AuditLog> = Symbol('Audit');
export const KEYS: InjectionToken<KeyRing> = Symbol('Keys');
export const CONVERSATIONS: InjectionToken<Conversations> = Symbol('Conversations');
export const DISK_SPACE: InjectionToken<DiskSpace> = Symbol('DiskSpace');
export const OWNED_IDS: InjectionToken<OwnedIds> = Symbol('OwnedIds');
export const POOLS: InjectionToken<HttpPools> = Symbol('Pools');
export const UPSTREAMS: InjectionToken<Upstreams> = Symbol('Upstreams');
export const HOOKS: InjectionToken<Hooks> = Symbol('Hooks');
export const HEALTH: InjectionToken<HealthBoard> = Symbol('Health');
export const GATES: InjectionToken<Gates> = Symbol('Gates');
export const ALIASES: InjectionToken<Aliases> = Symbol('Aliases');
export const LIMITER: InjectionToken<Limiter> = Symbol('Limiter');
export const PRICES: InjectionToken<Prices> = Symbol('Prices');
export const TRACES: InjectionToken<Traces> = Symbol('Traces');
export const ROUTER: InjectionToken<Router> = Symbol('Router');
export const CATALOGUE: InjectionToken<Catalogue> = Symbol('Catalogue');

/** Audit log entries about the gateway itself. */
export const ENTRIES: InjectionToken<GatewayEntries> = Symbol('Entries');
export const UPKEEP: InjectionToken<Upkeep> = Symbol('Upkeep');
export const RELOAD: InjectionToken<Reload> = Symbol('Reload');
export const SESSIONS: InjectionToken<Sessions> = Symbol('Sessions');
export const PASSES: InjectionToken<Passes> = Symbol('Passes');
export const PROXIES: InjectionToken<Proxies> = Symbol('Proxies');
export const BODIES: InjectionToken<BodyBudget> = Symbol('Bodies');
export const UPLOADS: InjectionToken<UploadWatch> = Symbol('Uploads');
export const RUNNING: InjectionToken<Running> = Symbol('Running');
export const OBSERVERS: InjectionToken<Observers> = Symbol('Observers');
/** `undefined` if metrics are off. */
export const METRICS: InjectionToken<Metrics | undefined> = Symbol('Metrics');
export const RECORDER: InjectionToken<Recorder> = Symbol('Recorder');
export const ADMIN: InjectionToken<Admin> = Symbol('Admin');
export const SERVERS: InjectionToken<Servers> = Symbol('Servers');
/** The token of this run, for the command line on this machine. */
export const LOCAL_TOKEN: InjectionToken<string> = Symbol('LocalToken');
/** Fires when the gateway begins to stop. */
export const STOPPING: InjectionToken<AbortController> = Symbol('Stopping');
/** Fires when all requests have ended. */
export const ENDED: InjectionToken<AbortController> = Symbol('Ended');
