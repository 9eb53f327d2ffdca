import type { Context } from 'koa';
import { type CountTokensEndpoint, GatewayError, type Protocol, readCount } from '@dragoman/plugin';
import { askProvider } from '../../upstreams/provider-calls/ask-provider.ts';
import { estimateTokens } from '../../metering/estimate-tokens.ts';
import { type Attempt, UPSTREAMS_UNAVAILABLE } from '../../routing/attempts.ts';
import type { Exchange } from '../../routing/exchange.ts';
import type { Reply } from '../../routing/reply.ts';
import { forwardOf, forwardRequest } from '../../serving/forward.ts';
import { ruleOf } from '../../upstreams/failure-rules.ts';
import { createNaming } from './naming.ts';
import type { RequestState } from '../base/request-state.ts';
import { openJson } from './open-json.ts';
import { nothingRecalled, recall } from './conversation/recall.ts';
import type { Memory } from './conversation/resolve-references.ts';
import { respond } from './respond.ts';
import type { RouteDeps } from './route-deps.ts';

/**
 * Counts the tokens of a prompt: by the upstream if it can, else by an estimate, marked by a header. A prompt that hooks
 * may change or refuse in a chat is not sent to be counted.
 */
export function serveCountTokens(protocol: Protocol, endpoint: CountTokensEndpoint, deps: RouteDeps) {
  const naming = createNaming(endpoint);
  return async (ctx: Context): Promise<void> => {
    const { exchange, input } = await openJson(ctx, deps, { protocol, endpoint });
    const recalled = endpoint.conversation
      ? await recall(endpoint.conversation, input, memoryOf(ctx, exchange, deps))
      : nothingRecalled(input);
    const request = recalled.settle(endpoint.decodeRequest(recalled.input));
    exchange.record.model = request.model;
    const names = naming.read(exchange, request.model);
    await names.judge(exchange.key, deps.catalogue);

    const attempt: Attempt<Reply> = async (candidate, call) => {
      const { model, upstream } = candidate;
      const { key } = exchange;
      if (deps.hooks.mayChange({ key, model: request.model, candidate })) {
        names.check(candidate);
        call.release();
        call.meter.end();
        return countReply(endpoint, undefined, estimateTokens(request, await deps.textCounter(model)));
      }
      const forward = recalled.isChanged ? undefined : forwardOf(candidate, endpoint.wire);
      if (forward) {
        const raw = names.rawFor(candidate, exchange.raw);
        return forwardRequest(forward, exchange, { raw, model, call, isAnswer: true });
      }
      names.check(candidate);
      if (recalled.missing) throw recalled.missing;
      const counted = readCount(
        await askProvider(call, (context) => upstream.provider.countTokens?.({ ...request, model }, context)),
      );
      call.release();
      call.meter.end();
      return countReply(endpoint, counted, counted ?? estimateTokens(request, await deps.textCounter(model)));
    };
    const counted = async (): Promise<Reply> => {
      try {
        return await deps.router.serve({ model: request.model, exchange, attempt, operation: 'count' });
      } catch (error) {
        if (exchange.signal.aborted || !isOfUpstream(GatewayError.from(error))) throw error;
        const counter = await deps.textCounter(exchange.record.upstreamModel ?? request.model);
        return countReply(endpoint, undefined, estimateTokens(request, counter));
      }
    };
    const reply = await counted();
    ctx.respond = false;
    await respond(ctx, reply);
  };
}

function memoryOf(ctx: Context, { key }: Exchange, { conversations }: RouteDeps): Memory {
  const { account } = ctx.state as RequestState;
  return { owner: key?.id ?? '', conversations, hold: (bytes) => account?.add(bytes) };
}

/** Whether the upstream could not count or is unavailable. Refusals of the gateway itself stand. */
function isOfUpstream({ kind, details: { code, upstream } }: GatewayError): boolean {
  if (code === UPSTREAMS_UNAVAILABLE || kind === 'upstream-auth' || upstream?.status !== undefined)
    return true;
  return upstream !== undefined && ruleOf(kind).failsOver;
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
