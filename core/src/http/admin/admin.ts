import type Router from '@koa/router';
import { aboutOperations } from './about.ts';
import { createGatekeeper } from './access.ts';
import type { AdminDeps } from './deps.ts';
import { keyOperations } from './keys.ts';
import { createAdminRouter } from './routes.ts';
import { sessionOperations } from './session-operations.ts';
import { upstreamOperations } from './upstreams.ts';

export interface Admin {
  readonly router: Router;
  /** A token for a sign-in link; it works once. */
  createSignInToken(): string;
}

/** The admin API, ready to be mounted. */
export function createAdmin(deps: AdminDeps): Admin {
  const gatekeeper = createGatekeeper(deps);
  const operations = [
    ...sessionOperations(gatekeeper),
    ...aboutOperations,
    ...upstreamOperations,
    ...keyOperations,
  ];
  return {
    router: createAdminRouter(operations, gatekeeper, deps),
    createSignInToken: () => gatekeeper.createSignInToken(),
  };
}
