import type { Context } from 'koa';
import type { ChatEndpoint, Protocol, StreamForm } from '@dragoman/plugin';
import type { Reply } from '../../routing/reply.ts';
import { createChatAttempt } from '../../serving/chat-attempt.ts';
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

/** Serves a chat endpoint: the whole request, step by step. */
export function serveChat(protocol: Protocol, endpoint: ChatEndpoint, deps: RouteDeps) {
  const naming = createNaming(endpoint);
  return async (ctx: Context): Promise<void> => {
    const { exchange, input } = await openJson(ctx, deps, { protocol, endpoint });

    const { conversations } = deps;
    const conversation = await openConversation({
      endpoint,
      input,
      exchange,
      conversations,
      keepsThread: (name) => deps.catalogue.keepsThreads(name),
      hold: (bytes) => (ctx.state as RequestState).account?.add(bytes),
    });
    const context = new ReplyContext({
      decode: () => conversation.settle(endpoint.decodeRequest(conversation.input)),
      created: Math.floor(deps.now() / 1000),
      opaque: input.opaque,
    });
    const { model, stream } = endpoint.peek?.(input) ?? context.request;
    exchange.record.model = model;
    exchange.record.endUser = () => context.request.user;
    const later = endpoint.answersLater?.(input.body);
    if (later !== undefined) exchange.record.uncounted = { what: later, isPriceable: true };
    const names = naming.read(exchange, model);
    await names.judge(exchange.key, deps.catalogue);
    const objects = openObjects(endpoint, { exchange, body: input.body, ids: deps.ownedIds });
    const form = stream ? endpoint.streamForm?.(input) : undefined;
    const writer: StreamForm = form ?? endpoint;

    const { isChanged, missing, keep } = conversation;
    const serve = (): Promise<Reply> => {
      const attempt = createChatAttempt({
        endpoint,
        form,
        stream,
        context,
        names,
        isChanged,
        missing,
        keep: keep && ((reply) => keep(reply, context)),
        memory: deps.toolCallMemory,
        hold: deps.routing().hold,
      });
      return deps.router.serve({
        model,
        exchange,
        attempt: objects
          ? (candidate, call, own) => objects.guard(candidate, () => attempt(candidate, call, own))
          : attempt,
        affinity: () => affinityOf(input, exchange),
        estimate: () => estimateUsage(context.request),
      });
    };

    ctx.respond = false;
    if (!stream) return respond(ctx, await serve());
    await respondStream(ctx, serve(), {
      framing: writer.framing ?? 'sse',
      contentType: writer.contentType,
      keepAlive: writer.keepAlive,
      keepAliveMs: deps.keepAliveMs,
      encodeError: (error) => writer.encodeStreamError(error, context),
    });
  };
}
