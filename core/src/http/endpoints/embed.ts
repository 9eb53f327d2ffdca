import type { Context } from 'koa';
import {
  type EmbedEndpoint,
  type EmbedRequest,
  GatewayError,
  type Protocol,
  type Usage,
} from '@dragoman/plugin';
import { readVectors } from '@dragoman/plugin/internal/canonical/read-answers';
import { askProvider } from '../../upstreams/provider-calls/ask-provider.ts';
import type { Attempt } from '../../routing/attempts.ts';
import type { Reply } from '../../routing/reply.ts';
import type { Estimate } from '../../metering/estimate-tokens.ts';
import { forwardOf, forwardRequest } from '../../serving/forward.ts';
import { countByLength } from '../../metering/text-tokens.ts';
import { jsonReply } from './json-reply.ts';
import { createNaming } from './naming.ts';
import { openJson } from './open-json.ts';
import { respond } from './respond.ts';
import type { RouteDeps } from './route-deps.ts';

/** Serves an embeddings endpoint. */
export function serveEmbed(protocol: Protocol, endpoint: EmbedEndpoint, deps: RouteDeps) {
  const naming = createNaming(endpoint);
  return async (ctx: Context): Promise<void> => {
    const { exchange, input } = await openJson(ctx, deps, { protocol, endpoint });
    const request = endpoint.decodeRequest(input);
    exchange.record.model = request.model;
    const names = naming.read(exchange, request.model);
    await names.judge(exchange.key, deps.catalogue);

    const estimatedUsage = (): Usage => ({ input: tokensOf(request.inputs), output: 0, estimated: true });
    const attempt: Attempt<Reply> = async (candidate, call) => {
      const { model, upstream } = candidate;
      const forward = forwardOf(candidate, endpoint.wire);
      if (forward) {
        const raw = names.rawFor(candidate, exchange.raw);
        return forwardRequest(forward, exchange, { raw, model, call, isAnswer: true });
      }
      names.check(candidate);
      const { provider } = upstream;
      if (!provider.embed) throw cannotEmbed(request.model);
      const vectors = await askProvider(call, async (context) =>
        readVectors(await provider.embed?.({ ...request, model }, context), estimatedUsage),
      );
      call.release();
      exchange.record.usage = vectors.usage;
      call.meter.report(vectors.usage);
      call.meter.end();
      return jsonReply(endpoint.encodeReply(vectors, input));
    };
    const estimate = (): Estimate => ({ input: tokensOf(request.inputs), output: 0, choices: 1 });
    const reply = await deps.router.serve({
      model: request.model,
      exchange,
      attempt,
      estimate,
      operation: 'embed',
    });
    ctx.respond = false;
    await respond(ctx, reply);
  };
}

function tokensOf(inputs: EmbedRequest['inputs']): number {
  return inputs.reduce<number>(
    (sum, input) => sum + (typeof input === 'string' ? countByLength(input) : input.length),
    0,
  );
}

function cannotEmbed(model: string): GatewayError {
  return new GatewayError(
    'upstream-model',
    `The model ${JSON.stringify(model)} does not create embeddings.`,
    {
      field: 'model',
      code: 'model_not_found',
    },
  );
}
