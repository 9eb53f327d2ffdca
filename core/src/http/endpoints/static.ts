import type { EncodedReply, JsonObject, Protocol, StaticEndpoint } from '@dragoman/plugin';
import { waitFor } from '@dragoman/plugin/internal/helpers/wait-for';
import type { Context } from 'koa';
import type { Reply } from '../../routing/reply.ts';
import type { StoredKey } from '../../state/state.ts';
import type { RequestState } from '../base/request-state.ts';
import { parseJsonBody } from '../bodies/json-body.ts';
import { openIntake } from '../bodies/intake.ts';
import { readRequestBody } from '../bodies/request-body.ts';
import { admit } from './open-exchange.ts';
import { requestInput } from './request-input.ts';
import { respond } from './respond.ts';
import type { RouteDeps } from './route-deps.ts';

/** Serves what needs no model and no upstream, such as a version. */
export function serveStatic(protocol: Protocol, endpoint: StaticEndpoint, deps: RouteDeps) {
  const isOpen = endpoint.access === 'open';
  return async (ctx: Context): Promise<void> => {
    const key = isOpen ? admitAnyone(ctx, protocol) : admit(ctx, deps, { protocol, isTraced: false });
    const body = endpoint.method === 'GET' ? {} : await readBody(ctx, deps);
    const answer = Promise.resolve(
      endpoint.answer(requestInput(ctx, body, deps.opaque(key?.id ?? '')), {
        version: deps.version,
        models: async () => (isStranger(key, deps) ? [] : deps.catalogue.models(key)),
      }),
    );
    const reply = encode(await waitFor(answer, deps.running.begin(ctx).signal));
    ctx.respond = false;
    await respond(ctx, reply);
  };
}

/** Not even its credentials are read. */
function admitAnyone(ctx: Context, protocol: Protocol): undefined {
  const state = ctx.state as RequestState;
  state.protocol = protocol;
  state.isTraced = false;
}

function isStranger(key: StoredKey | undefined, { auth }: Pick<RouteDeps, 'auth'>): boolean {
  return auth && key === undefined;
}

async function readBody(ctx: Context, deps: RouteDeps): Promise<JsonObject> {
  const body = await readRequestBody(ctx.req, openIntake(ctx, deps));
  return body.length === 0 ? {} : parseJsonBody(body);
}

function encode({ status = 200, headers, body }: EncodedReply): Reply {
  const isText = typeof body === 'string';
  const type = isText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8';
  return {
    status,
    headers: { 'content-type': type, ...headers },
    body: isText ? body : JSON.stringify(body),
  };
}
