import type Router from '@koa/router';
import { aboutOperations } from './about.ts';
import { aliasOperations } from './aliases.ts';
import { auditOperations } from './audit.ts';
import { createGatekeeper } from './access.ts';
import type { AdminDeps } from './deps.ts';
import { withDocument } from './document.ts';
import { healthOperations } from './health.ts';
import { keyOperations } from './keys.ts';
import { limitOperations } from './limits.ts';
import { BASE, createAdminRouter } from './routes.ts';
import { reloadOperations } from './reload.ts';
import { sessionOperations } from './session-operations.ts';
import { settingsOperations } from './settings.ts';
import { passOperations } from './passes.ts';
import { replayOperations } from './replay.ts';
import { traceDetailOperations } from './trace-details.ts';
import { traceOperations } from './traces.ts';
import { upstreamOperations } from './upstreams.ts';

export interface Admin {
  readonly router: Router;
  /** A link that signs one browser in, once. */
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
    ...aliasOperations,
    ...healthOperations,
    ...keyOperations,
    ...limitOperations,
    ...traceOperations,
    ...traceDetailOperations,
    ...replayOperations,
    ...passOperations,
    ...auditOperations,
  ];
  const documented = withDocument(operations, { base: BASE, version: deps.version });
  return {
    router: createAdminRouter(documented, gatekeeper, deps),
    createSignInLink: () => gatekeeper.createSignInLink(),
  };
}
