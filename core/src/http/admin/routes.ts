import Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import bodyParser from 'koa-bodyparser';
import { problemsOf } from '../../config/issues.ts';
import { GatewayError } from '../../canonical/errors.ts';
import { AdminError } from './admin-error.ts';
import type { Gatekeeper } from './access.ts';
import type { AdminDeps } from './deps.ts';
import { createOpenApi } from './openapi.ts';
import type { Operation } from './operation.ts';

const BASE = '/admin/api/v1';

/** Mounts the operations and their OpenAPI document. */
export function createAdminRouter(
  operations: readonly Operation[],
  gatekeeper: Gatekeeper,
  deps: AdminDeps,
): Router {
  const router = new Router({ prefix: BASE });
  router.use(answerErrors(deps), readJson);
  const document = createOpenApi(operations, { base: BASE, version: deps.version });
  router.get('/openapi.json', (ctx) => {
    ctx.body = document;
  });
  for (const operation of operations) {
    router.register(operation.path, [operation.method], serve(operation, gatekeeper, deps));
  }
  router.all('/*path', (ctx) => {
    throw new AdminError('not-found', `There is no operation ${ctx.method} ${ctx.path}.`);
  });
  return router;
}

function serve(operation: Operation, gatekeeper: Gatekeeper, deps: AdminDeps): Middleware {
  return async (ctx) => {
    await gatekeeper.admit(ctx, operation.access);
    const { params } = ctx as Context & { readonly params: Record<string, string> };
    const result = await operation.handle({ body: parseBody(operation, ctx), params, ctx }, deps);
    ctx.set('cache-control', 'no-store');
    ctx.status = operation.status ?? (operation.response ? 200 : 204);
    ctx.body = operation.response ? result : null;
  };
}

function parseBody({ body }: Operation, ctx: Context): unknown {
  if (!body) return undefined;
  const parsed = body.safeParse(ctx.request.body ?? {});
  if (parsed.success) return parsed.data;
  throw new AdminError('invalid', 'The request body is not valid.', { issues: problemsOf(parsed.error) });
}

const parseJson = bodyParser({ enableTypes: ['json'], jsonLimit: '1mb' });

const readJson: Middleware = async (ctx, next) => {
  let isRead = false;
  try {
    await parseJson(ctx, () => {
      isRead = true;
      return next();
    });
  } catch (error) {
    if (isRead) throw error;
    throw new AdminError('invalid', 'The request body must be JSON of at most 1 MiB.');
  }
};

/** The admin API has an envelope of its own. */
function answerErrors({ log }: AdminDeps): Middleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      const { status, code, message, issues = [], retryAfterSeconds } = describe(error);
      if (status === 500) log.error({ err: error, path: ctx.path }, 'An admin operation failed.');
      if (retryAfterSeconds !== undefined) ctx.set('retry-after', String(retryAfterSeconds));
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
  return { status: 500, code: 'internal', message: 'The gateway failed to do this.' };
}
