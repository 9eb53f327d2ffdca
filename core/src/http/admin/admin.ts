import type Router from '@koa/router';
import { aboutOperations } from './operations/about.ts';
import { aliasOperations } from './operations/aliases.ts';
import { auditOperations } from './operations/audit.ts';
import { createGatekeeper } from './access/access.ts';
import type { AdminDeps } from './deps.ts';
import { withDocument } from './document.ts';
import { hookOperations } from './operations/hooks/hooks.ts';
import { healthOperations } from './operations/health.ts';
import { keyOperations } from './operations/keys.ts';
import { limitOperations } from './operations/limits.ts';
import { BASE, createAdminRouter } from './routes.ts';
import { reloadOperations } from './operations/reload.ts';
import { sessionOperations } from './operations/session.ts';
import { settingsOperations } from './operations/settings.ts';
import { passOperations } from './operations/passes.ts';
import { playgroundOperations } from './operations/playground/playground.ts';
import { replayOperations } from './operations/traces/replay.ts';
import { traceDetailOperations } from './operations/traces/trace-details.ts';
import { traceOperations } from './operations/traces/traces.ts';
import { upstreamOperations } from './operations/upstreams/upstreams.ts';

export interface Admin {
  readonly router: Router;
  /** A one-time link that signs in one browser. */
  createSignInLink(): string;
}

/** The admin API, ready to be mounted. */
export function createAdmin(deps: AdminDeps): Admin {
  const gatekeeper = createGatekeeper(deps);
  const operations = [
    ...sessionOperations(gatekeeper),
    ...aboutOperations,
    ...settingsOperations(gatekeeper),
    ...reloadOperations,
    ...upstreamOperations,
    ...hookOperations,
    ...aliasOperations,
    ...healthOperations,
    ...keyOperations,
    ...limitOperations,
    ...traceOperations,
    ...traceDetailOperations,
    ...replayOperations,
    ...passOperations,
    ...playgroundOperations,
    ...auditOperations,
  ];
  const documented = withDocument(operations, { base: BASE, version: deps.version });
  return {
    router: createAdminRouter(documented, gatekeeper, deps),
    createSignInLink: () => gatekeeper.createSignInLink(),
  };
}
