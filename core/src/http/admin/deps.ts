import type { AuditLog } from '../../audit/audit-log.ts';
import type { ResolvedConfig } from '../../config/resolved.ts';
import type { Reload } from '../../config/reloader.ts';
import type { Log } from '@dragoman/plugin';
import type { PluginFaults } from '../../log/plugin-faults.ts';
import type { Registry } from '../../registry/registry.ts';
import type { Limiter } from '../../limits/limiter.ts';
import type { Prices } from '../../limits/prices.ts';
import type { Hooks } from '../../hooks/hooks.ts';
import type { Aliases } from '../../catalogue/aliases.ts';
import type { Clock } from '../../timing/clock.ts';
import type { Catalogue } from '../../catalogue/catalogue.ts';
import type { Gates } from '../../upstreams/gates.ts';
import type { HealthBoard } from '../../upstreams/health.ts';
import type { Upstreams } from '../../upstreams/upstream.ts';
import type { KeyRing } from '../../state/keys.ts';
import type { SecretBox } from '../../state/secrets/secrets.ts';
import type { StateStore } from '../../state/state.ts';
import type { Traces } from '../../trace/traces.ts';
import type { HttpPools } from '../../transport/pools.ts';
import type { BodyBudget } from '../base/body-budget.ts';
import type { Passes } from '../access/passes.ts';
import type { UploadWatch } from '../bodies/upload-watch.ts';
import type { Proxies } from '../access/proxies.ts';
import type { Sessions } from '../access/sessions.ts';

/** The dependencies of the admin API. */
export interface AdminDeps {
  readonly config: ResolvedConfig;
  readonly audit: AuditLog;
  readonly registry: Registry;
  readonly pluginFaults: Pick<PluginFaults, 'of'>;
  readonly upstreams: Upstreams;
  readonly catalogue: Catalogue;
  readonly hooks: Hooks;
  readonly aliases: Aliases;
  readonly health: HealthBoard;
  readonly gates: Gates;
  readonly limiter: Limiter;
  readonly prices: Prices;
  readonly traces: Traces;
  readonly keys: KeyRing;
  readonly state: StateStore;
  readonly secrets: SecretBox;
  readonly pools: HttpPools;
  readonly log: Log;
  /** Milliseconds since 1970, from a monotonic clock. */
  readonly now: () => number;
  readonly sleep: Clock['sleep'];
  readonly passes: Passes;
  readonly bodies: BodyBudget;
  readonly uploads: UploadWatch;
  readonly sessions: Sessions;
  readonly proxies: Proxies;
  /** Fires when the gateway begins to stop. */
  readonly stopping: AbortSignal;
  /** Reloads the config file; absent if there is none. */
  readonly reload?: Reload | undefined;
  readonly version: string;
  /** The token of this run, for the command line on this machine. */
  readonly localToken: string;
  /** The gateway's URL from this machine. */
  readonly baseUrl: () => string;
  /** The gateway's public URL: `server.publicUrl`, or else where it listens. */
  readonly publicUrl: () => string;
  /** The console's URL for browsers. */
  readonly consoleUrl: () => string;
}
