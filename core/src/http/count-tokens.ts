import type { Context } from 'koa';
import type { CountTokensEndpoint, Protocol } from '../plugin/plugin.ts';
import { estimateTokens } from '../routing/estimate-tokens.ts';
import type { Attempt } from '../routing/attempts.ts';
import type { Reply } from '../routing/exchange.ts';
import { forwardOf, forwardRequest } from '../routing/forward.ts';
import { textCounter } from '../routing/text-tokens.ts';
import { createNaming } from './naming.ts';
import { openJson } from './open-json.ts';
import { respond } from './respond.ts';
import type { RouteDeps } from './route-deps.ts';

/** Counts the tokens of a prompt: by the upstream where it can, else by an estimate, which a header admits. */
export function serveCountTokens(protocol: Protocol, endpoint: CountTokensEndpoint, deps: RouteDeps) {
  const naming = createNaming(endpoint);
  return async (ctx: Context): Promise<void> => {
    const { exchange, input } = await openJson(ctx, deps, { protocol, endpoint });
    const request = endpoint.decodeRequest(input);
    exchange.notes.model = request.model;
    const names = naming.read(exchange, request.model);
    await names.judge(exchange.key, deps.catalogue);

    const attempt: Attempt<Reply> = async (candidate, call) => {
      const { model, upstream } = candidate;
      const forward = forwardOf(candidate, endpoint.wire);
      if (forward) {
        const raw = names.rawFor(candidate, exchange.raw);
        return forwardRequest(forward, exchange, { raw, model, call, isAnswer: true });
      }
      names.check(candidate);
      const counted = await upstream.provider.countTokens?.({ ...request, model }, call.context);
      call.release();
      call.meter.end();
      return countReply(endpoint, counted, counted ?? estimateTokens(request, await textCounter(model)));
    };
    const reply = await deps.router.serve({ model: request.model, exchange, attempt, operation: 'count' });
    ctx.respond = false;
    await respond(ctx, reply);
  };
}

function countReply(endpoint: CountTokensEndpoint, counted: number | undefined, tokens: number): Reply {
  return {
    status: 200,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      ...(counted === undefined && { 'x-dragoman-estimated': 'true' }),
    },
    body: JSON.stringify(endpoint.encodeCount(tokens)),
  };
}
