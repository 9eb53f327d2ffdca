import type { Context } from 'koa';
import type { ChatEndpoint, Protocol, StreamForm } from '@dragoman/plugin';
import type { RequestHooks } from '../../hooks/request-hooks.ts';
import type { Reply } from '../../routing/reply.ts';
import { serveAnswer } from '../../serving/answer.ts';
import { type ChatHooks, createChatAttempt } from '../../serving/chat-attempt.ts';
import { affinityOf } from './affinity.ts';
import { estimateUsage } from '../../metering/estimate-tokens.ts';
import type { RequestState } from '../base/request-state.ts';
import { ClientRequest } from './client-request.ts';
import { createNaming } from './naming.ts';
import { openObjects } from './objects/reply-objects.ts';
import { openConversation, type OpenConversation } from './conversation/conversation.ts';
import { checkRight, openHooks } from './open-hooks.ts';
import { openJson } from './open-json.ts';
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
    const created = Math.floor(deps.now() / 1000);
    const reading = { endpoint, naming, conversation, created };
    const sent = new ClientRequest(reading, exchange, { input, whole: conversation.input });
    exchange.record.model = sent.model;
    exchange.record.endUser = () => sent.context.request.user;
    const hooks = openHooks(sent, deps);
    const client = hooks ? sent.withBody(hooks.raw(sent.body)) : sent;
    const later = endpoint.answersLater?.(client.input.body);
    if (later !== undefined) exchange.record.uncounted = { what: later, isPriceable: true };
    await client.names.judge(exchange.key, deps.catalogue);
    const { stream } = client;
    const form = stream ? endpoint.streamForm?.(client.input) : undefined;
    const writer: StreamForm = form ?? endpoint;

    const served = { client, conversation, endpoint, form };
    ctx.respond = false;
    if (!stream) return respond(ctx, await serve(served, hooks, deps));
    await respondStream(ctx, serve(served, hooks, deps), {
      framing: writer.framing ?? 'sse',
      contentType: writer.contentType,
      keepAlive: writer.keepAlive,
      keepAliveMs: deps.keepAliveMs,
      encodeError: (error) => writer.encodeStreamError(error, client.context),
    });
  };
}

interface Served {
  readonly client: ClientRequest;
  readonly conversation: OpenConversation;
  readonly endpoint: ChatEndpoint;
  readonly form: StreamForm | undefined;
}

function serve(served: Served, all: RequestHooks | undefined, deps: RouteDeps): Promise<Reply> {
  if (!all) return route(served, undefined, deps);
  const reply = all.seesRequests
    ? serveHooked(served, all, deps)
    : route(served, hooksOf(served, all, deps), deps);
  return reply.catch((error: unknown) => {
    all.fail(error);
    throw error;
  });
}

/** Lets the hooks see the request before it is routed: one may answer it. */
async function serveHooked(served: Served, all: RequestHooks, deps: RouteDeps): Promise<Reply> {
  const { client, conversation, endpoint, form } = served;
  const { context, exchange, model, stream } = client;
  const candidate = await checkRight(client, deps);
  const { request, answer } = await all.request(context.request);
  if (!answer) {
    const changed = request === context.request ? undefined : request;
    return route(served, { ...hooksOf(served, all, deps), request: changed }, deps);
  }
  // It still counts as a request of its key.
  if (candidate) await deps.router.admit(exchange, candidate);
  const { keep } = conversation;
  return serveAnswer(exchange, answer, {
    ...{ endpoint: form ? { ...endpoint, ...form } : endpoint, context, stream, model },
    hold: deps.routing().hold,
    headers: () => all.headers,
    ...(keep && { keep: (reply) => keep(reply, context) }),
  });
}

function hooksOf({ client }: Served, all: RequestHooks, { catalogue }: RouteDeps): ChatHooks {
  return {
    all,
    body: client.body,
    async read(body) {
      const read = client.withBody(body);
      await read.names.judge(client.exchange.key, catalogue);
      return read;
    },
  };
}

function route(served: Served, hooks: ChatHooks | undefined, deps: RouteDeps): Promise<Reply> {
  const { client, conversation, endpoint, form } = served;
  const { context, exchange, names, stream, input } = client;
  const { isChanged, missing, keep } = conversation;
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
    hooks,
  });
  const objects = openObjects(endpoint, { exchange, body: input.body, ids: deps.ownedIds });
  return deps.router.serve({
    model: hooks?.request?.model ?? client.model,
    exchange,
    attempt: objects
      ? (candidate, call, own) => objects.guard(candidate, () => attempt(candidate, call, own))
      : attempt,
    affinity: () => affinityOf(input, exchange),
    estimate: () => estimateUsage(hooks?.request ?? context.request),
  });
}
