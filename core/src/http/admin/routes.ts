import type Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import { GatewayError } from '@dragoman/plugin';
import type { RequestState } from '../base/request-state.ts';
import { createAppRouter } from '../base/create-app-router.ts';
import { AdminError } from './admin-error.ts';
import type { Gatekeeper } from './access/access.ts';
import { audited, recordRefusal } from './audited.ts';
import type { AdminDeps } from './deps.ts';
import type { Caller } from './caller.ts';
import type { Operation } from './operation.ts';
import { readBody } from './read-body.ts';
import { readQuery } from './read-query.ts';

export const BASE = '/admin/api/v1';

/** Mounts the operations. */
export function createAdminRouter(
  operations: readonly Operation[],
  gatekeeper: Gatekeeper,
  deps: AdminDeps,
): Router {
  const router = createAppRouter({ prefix: BASE });
  // Part of each route instead of a middleware on a prefix, so that no spelling of a path can bypass it.
  const answer = answerErrors(deps);
  for (const operation of operations) {
    const { path, method } = operation;
    router.register(path, [method], [answer, serve(operation, gatekeeper, deps)]);
  }
  router.all('/*path', answer, (ctx) => {
    throw new AdminError('not-found', `No route for ${ctx.method} ${ctx.path}.`);
  });
  return router;
}

function serve(operation: Operation, gatekeeper: Gatekeeper, deps: AdminDeps): Middleware {
  const {
    access,
    query: querySchema,
    body: schema,
    takesPrompts,
    response,
    isRaw,
    status = response ? 200 : 204,
  } = operation;
  const admit = admitter(gatekeeper, deps);
  return async (ctx) => {
    const caller = await admit(ctx, operation);
    const query = querySchema && readQuery(ctx, querySchema);
    const body = schema && (await readBody(ctx, { schema, access, takesPrompts }, deps));
    const { params } = ctx as Context & { readonly params: Record<string, string> };
    const input = { params, query, body, ctx, caller };
    if (operation.confirm?.(input, deps)) gatekeeper.requireFresh(caller);
    const result = await audited(operation, input, deps);
    if (isRaw) return;
    ctx.status = status;
    ctx.body = response ? result : null;
  };
}

/** Records wrong admin tokens, but not browsers without a session. */
function admitter(gatekeeper: Gatekeeper, deps: AdminDeps) {
  return async (ctx: Context, { access, method, path }: Operation): Promise<Caller> => {
    try {
      return gatekeeper.admit(ctx, access);
    } catch (error) {
      if (ctx.get('authorization') !== '' && error instanceof AdminError) {
        const actor = { kind: 'anybody', address: deps.proxies.clientAddress(ctx.req) } as const;
        const about = { actor, operation: 'admin token', target: `${method} ${path}` };
        await recordRefusal({ kind: 'note', ...about, outcome: 'refused', reason: error.message }, deps);
      }
      throw error;
    }
  };
}

/** The admin API has its own error format. */
function answerErrors({ log }: AdminDeps): Middleware {
  return async (ctx, next) => {
    ctx.set('cache-control', 'no-store');
    // Content of models and clients is served as exactly the type it declares.
    ctx.set('x-content-type-options', 'nosniff');
    try {
      await next();
    } catch (error) {
      const { status, code, message, issues = [], retryAfterSeconds } = describe(error);
      if (status === 500) log.error({ error, path: ctx.path }, 'An admin operation failed.');
      if (status === 401) ctx.set('www-authenticate', 'Bearer');
      if (retryAfterSeconds !== undefined) ctx.set('retry-after', String(retryAfterSeconds));
      if (status === 401 || status === 429) (ctx.state as RequestState).refused = 'admin';
      ctx.status = status;
      ctx.body = { error: { code, message, ...(issues.length > 0 && { issues }) } };
    }
  };
}

interface Described {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly issues?: AdminError['issues'];
  readonly retryAfterSeconds?: number | undefined;
}

function describe(error: unknown): Described {
  if (error instanceof AdminError) return error;
  if (GatewayError.is(error)) return { status: error.status, code: error.kind, message: error.message };
  return { status: 500, code: 'internal', message: 'Internal error.' };
}
