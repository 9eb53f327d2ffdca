import type { Context } from 'koa';
import type { ChatEndpoint, Protocol } from '../../plugin/protocol.ts';
import type { Reply } from '../../routing/exchange.ts';
import type { Attempt } from '../../routing/attempts.ts';
import { ContainedForward } from '../../upstreams/provider-calls/contained-forward.ts';
import { forwardOf, forwardRequest } from '../../serving/forward.ts';
import { translate } from '../../serving/translate.ts';
import { affinityOf } from './affinity.ts';
import { estimateUsage } from '../../metering/estimate-tokens.ts';
import type { RequestState } from '../base/request-state.ts';
import { createNaming } from './naming.ts';
import { openObjects } from './objects/reply-objects.ts';
import { openConversation } from './conversation/conversation.ts';
import { openJson } from './open-json.ts';
import { ReplyContext } from './conversation/reply-context.ts';
import { respond, respondStream } from './respond.ts';
import type { RouteDeps } from './route-deps.ts';

/** Serves a chat endpoint: the whole story of a request, in order. */
export function serveChat(protocol: Protocol, endpoint: ChatEndpoint, deps: RouteDeps) {
  const naming = createNaming(endpoint);
  return async (ctx: Context): Promise<void> => {
    const { exchange, input } = await openJson(ctx, deps, { protocol, endpoint });

    const context = new ReplyContext({
      decode: () => talk.settle(endpoint.decodeRequest(talk.input)),
      created: Math.floor(deps.now() / 1000),
      opaque: input.opaque,
    });
    const { conversations } = deps;
    const keepsThread = (name: string): boolean => deps.catalogue.keepsThreads(name);
    const talk = await openConversation({
      ...{ endpoint, input, exchange, conversations, context, keepsThread },
      hold: (bytes) => (ctx.state as RequestState).account?.add(bytes),
    });
    const { model, stream } = endpoint.peek?.(input) ?? context.request;
    exchange.notes.model = model;
    const later = endpoint.answersLater?.(input.body);
    if (later !== undefined) exchange.notes.uncounted = { what: later, isPriceable: true };
    const names = naming.read(exchange, model);
    await names.judge(exchange.key, deps.catalogue);
    const objects = openObjects(endpoint, { exchange, body: input.body, ids: deps.ownedIds });
    const form = stream ? endpoint.streamForm?.(input) : undefined;
    const writer = form ? { ...endpoint, ...form } : endpoint;

    const { hold } = deps.routing();
    const serve = (): Promise<Reply> => {
      const ask: Attempt<Reply> = (candidate, call, own) => {
        const forward = talk.isChanged ? undefined : forwardOf(candidate, endpoint.wire);
        if (forward)
          return forwardRequest(forward, own, {
            raw: names.rawFor(candidate, exchange.raw),
            model: candidate.model,
            call,
            stream,
            hold,
            readStream: form?.readStream,
            isAnswer: true,
            secrets: candidate.upstream.secrets,
            countAs: new ContainedForward(forward, call).reader(endpoint.wire) ?? 'text',
          });
        names.check(candidate);
        if (talk.missing) throw talk.missing;
        return translate(own, {
          endpoint: writer,
          request: context.request,
          candidate,
          call,
          context,
          memory: deps.callMemory,
          hold,
          ...(talk.keep && { keep: talk.keep }),
        });
      };
      const attempt: Attempt<Reply> = objects
        ? (candidate, call, own) => objects.guard(candidate, () => ask(candidate, call, own))
        : ask;
      return deps.router.serve({
        model,
        exchange,
        attempt,
        affinity: () => affinityOf(input, exchange),
        estimate: () => estimateUsage(context.request),
      });
    };

    ctx.respond = false;
    if (!stream) return respond(ctx, await serve());
    await respondStream(ctx, serve(), {
      contentType: form?.contentType ?? 'text/event-stream; charset=utf-8',
      keepAlive: writer.keepAlive,
      keepAliveMs: deps.keepAliveMs,
      encodeError: (error) => writer.encodeStreamError(error, context),
    });
  };
}
