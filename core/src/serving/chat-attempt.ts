import type {
  ChatEndpoint,
  ChatRequest,
  EncodeContext,
  GatewayError,
  JsonObject,
  RawRequest,
  StreamForm,
} from '@dragoman/plugin';
import type { Candidate } from '../catalogue/candidate.ts';
import type { ModelNames } from '../catalogue/model-names.ts';
import type { HoldBounds } from '../config/routing.ts';
import type { AttemptHooks } from '../hooks/attempt-hooks.ts';
import type { RequestHooks } from '../hooks/request-hooks.ts';
import type { Attempt } from '../routing/attempts.ts';
import type { Exchange } from '../routing/exchange.ts';
import type { Reply } from '../routing/reply.ts';
import { ContainedForward } from '../upstreams/provider-calls/contained-forward.ts';
import type { UpstreamCall } from '../upstreams/call.ts';
import type { Keep } from './keep-reply.ts';
import type { ToolCallMemory } from './tool-call-memory.ts';
import { forwardOf, forwardRequest } from './forward.ts';
import { translate } from './translate.ts';

export interface ChatAttemptInput {
  readonly endpoint: ChatEndpoint;
  /** The client's stream format, if not the endpoint's default. */
  readonly form: StreamForm | undefined;
  readonly stream: boolean;
  /** Decodes the request lazily: bytes that pass through need not be decoded. */
  readonly context: EncodeContext & { readonly request: ChatRequest };
  readonly names: ModelNames;
  /** Whether the gateway added to the client's request, so that its bytes cannot pass through. */
  readonly isChanged: boolean;
  /** Why the request cannot be converted: it continues from something that only one upstream has. */
  readonly missing: GatewayError | undefined;
  readonly keep: Keep | undefined;
  readonly memory: ToolCallMemory;
  /** How much may be held until the first content. */
  readonly hold: HoldBounds;
  readonly hooks?: ChatHooks | undefined;
}

/** What was read of a client's body. */
export interface ChatSource {
  readonly raw: RawRequest;
  readonly context: EncodeContext & { readonly request: ChatRequest };
  readonly names: ModelNames;
}

/** The hooks that apply to the request. */
export interface ChatHooks {
  readonly all: RequestHooks;
  /** The request as they changed it before it was routed. Absent: they did not change it. */
  readonly request?: ChatRequest | undefined;
  readonly body: JsonObject;
  /** Reads another body in place of the client's. */
  readonly read: (body: JsonObject) => Promise<ChatSource>;
}

/**
 * One attempt of a chat at one candidate: the client's bytes pass through if the upstream speaks their wire, else the
 * request is converted. The router calls it for each candidate that it chooses.
 */
export function createChatAttempt(input: ChatAttemptInput): Attempt<Reply> {
  const { context, names, hooks } = input;
  if (hooks) return (candidate, call, exchange) => hookedAttempt({ candidate, call, exchange }, input, hooks);
  return (candidate, call, exchange) =>
    attemptWith({ context, names, raw: exchange.raw }, { candidate, call, exchange }, input);
}

interface Called {
  readonly candidate: Candidate;
  readonly call: UpstreamCall;
  readonly exchange: Exchange;
  readonly hooks?: AttemptHooks | undefined;
  /** The request as hooks changed it before it was routed. */
  readonly request?: ChatRequest | undefined;
}

async function hookedAttempt(
  called: Called,
  input: ChatAttemptInput,
  { all, request, body, read }: ChatHooks,
): Promise<Reply> {
  const { context, names } = input;
  const { candidate, exchange } = called;
  const own = all.at(candidate, exchange);
  // A body that is changed now would undo what hooks changed in the decoded request before.
  const changed = request ? body : all.raw(body, candidate);
  const source = changed === body ? { context, names, raw: exchange.raw } : await read(changed);
  const reply = await attemptWith(source, { ...called, request, hooks: own }, input);
  return own ? reply : { ...reply, headers: { ...reply.headers, ...all.headers } };
}

function attemptWith(
  { context, names, raw }: ChatSource,
  { candidate, call, exchange, hooks, request }: Called,
  { endpoint, form, stream, isChanged, missing, keep, memory, hold }: ChatAttemptInput,
): Promise<Reply> {
  const { model, upstream } = candidate;
  const isRead = hooks !== undefined || upstream.textRulesOf(model) !== undefined;
  const forward = isChanged || isRead ? undefined : forwardOf(candidate, endpoint.wire);
  if (forward) {
    return forwardRequest(forward, exchange, {
      model,
      call,
      hold,
      isAnswer: true,
      raw: names.rawFor(candidate, raw),
      framing: stream ? ((form ?? endpoint).framing ?? 'sse') : undefined,
      secrets: upstream.secrets,
      countAs: new ContainedForward(forward, call).reader(endpoint.wire) ?? 'text',
    });
  }
  names.check(candidate);
  if (missing) throw missing;
  return translate(exchange, {
    ...{ endpoint: form ? { ...endpoint, ...form } : endpoint, request: request ?? context.request },
    ...{ candidate, call, context, memory, hold, hooks },
    ...(keep && { keep }),
  });
}
