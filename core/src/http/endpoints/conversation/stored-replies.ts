import type { Context, Next } from 'koa';
import type { Protocol, StoredReplyEndpoint } from '@dragoman/plugin';
import { openExchange } from '../open-exchange.ts';
import { openIntake } from '../../bodies/intake.ts';
import { jsonReply } from '../json-reply.ts';
import { respond } from '../respond.ts';
import type { RouteDeps } from '../route-deps.ts';

/** Shows or removes a stored reply. An unknown id may be an upstream's. */
export function serveStoredReply(protocol: Protocol, endpoint: StoredReplyEndpoint, deps: RouteDeps) {
  return async (ctx: Context, next: Next): Promise<void> => {
    const { key } = openExchange(ctx, deps, { protocol, endpoint });
    const { id = '' } = (ctx as Context & { readonly params: Record<string, string> }).params;
    const owner = key?.id ?? '';
    const { account } = openIntake(ctx, deps);
    const turn = await deps.conversations.find(owner, id, (bytes) => account.add(bytes));
    if (!turn) return next();
    if (endpoint.method === 'DELETE') await deps.conversations.remove(owner, id);
    ctx.respond = false;
    await respond(ctx, jsonReply(endpoint.encode(turn)));
  };
}
