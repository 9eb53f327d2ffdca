import type Router from '@koa/router';
import type { LogStatus } from '../log/log-sink.ts';
import type { TracesStatus } from '../trace/traces.ts';
import type { Protocol } from '@dragoman/plugin';
import { createAppRouter } from './base/create-app-router.ts';

export interface InfoDeps {
  readonly name: string;
  readonly version: string;
  readonly auth: boolean;
  /** Where clients may put their key, besides `Authorization`. */
  readonly credentialHeaders: readonly string[];
  readonly protocols: readonly Protocol[];
  /** Whether the console is at this address. Otherwise strangers need not know where it is. */
  readonly hasConsole: boolean;
  /** Whether the gateway accepts requests; false from the stop signal on. */
  readonly isReady: () => boolean;
  readonly traces: () => TracesStatus;
  readonly isDiskLow: () => boolean;
  readonly logStatus: () => Pick<LogStatus, 'reason' | 'lost'>;
  /** Rows of the data folder that this version cannot use. */
  readonly unusableRows: number;
}

/** Public information: whether the gateway is up, and how to call it. */
export function createInfoRouter(deps: InfoDeps): Router {
  const router = createAppRouter();
  const places = ['Authorization: Bearer', ...deps.credentialHeaders].map((name) => `\`${name}\``);
  router.get(['/healthz', '/health'], (ctx) => {
    ctx.body = { status: 'ok' };
  });
  router.get('/readyz', (ctx) => {
    const ready = deps.isReady();
    ctx.status = ready ? 200 : 503;
    // Requests continue without traces and logs, so that is no reason to route them elsewhere.
    const { setAside, ...status } = deps.traces();
    const traces = { ...recording(status), ...(setAside !== undefined && { setAside }) };
    const log = recording(deps.logStatus());
    // Others may be served with what is left.
    const unusable = deps.unusableRows;
    const data = unusable === 0 ? { status: 'ok' } : { status: 'incomplete', unusable };
    const disk = { status: deps.isDiskLow() ? 'low' : 'ok' };
    ctx.body = { status: ready ? 'ready' : 'stopping', traces, log, disk, data };
  });
  router.get('/', (ctx) => {
    ctx.body = {
      name: deps.name,
      version: deps.version,
      description: 'A gateway between LLM clients and LLM upstreams.',
      authentication: deps.auth ? `A key of this gateway, as ${places.join(', ')}.` : 'None.',
      ...(deps.hasConsole && { console: '/console/', admin: '/admin/api/v1/openapi.json' }),
      health: ['/healthz', '/readyz'],
      endpoints: deps.protocols.flatMap(({ name, endpoints }) =>
        endpoints.map(({ method, path, summary }) => ({ protocol: name, method, path, summary })),
      ),
    };
  });
  return router;
}

function recording({ reason, lost }: Pick<LogStatus, 'reason' | 'lost'>) {
  return reason === undefined ? { status: 'ok', lost } : { status: 'degraded', reason, lost };
}
