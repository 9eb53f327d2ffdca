import type {
  ChatEndpoint,
  ChatReply,
  ChatRequest,
  EncodeContext,
  GatewayError,
  StreamForm,
} from '@dragoman/plugin';
import type { ModelNames } from '../catalogue/model-names.ts';
import type { HoldBounds } from '../config/routing.ts';
import type { Attempt } from '../routing/attempts.ts';
import type { Reply } from '../routing/reply.ts';
import { ContainedForward } from '../upstreams/provider-calls/contained-forward.ts';
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
  /** Keeps the whole reply, before its last chunk is sent. */
  readonly keep: ((reply: ChatReply) => Promise<void>) | undefined;
  readonly memory: ToolCallMemory;
  /** How much may be held until the first content. */
  readonly hold: HoldBounds;
}

/**
 * One attempt of a chat at one candidate: the client's bytes pass through if the upstream speaks their wire, else the
 * request is converted. The router calls it for each candidate that it chooses.
 */
export function createChatAttempt(input: ChatAttemptInput): Attempt<Reply> {
  const { endpoint, form, stream, context, names, isChanged, missing, keep, memory, hold } = input;
  const writer = form ? { ...endpoint, ...form } : endpoint;
  return (candidate, call, exchange) => {
    const { model, upstream } = candidate;
    const isRead = upstream.textRulesOf(model) !== undefined;
    const forward = isChanged || isRead ? undefined : forwardOf(candidate, endpoint.wire);
    if (forward) {
      return forwardRequest(forward, exchange, {
        model,
        call,
        hold,
        isAnswer: true,
        raw: names.rawFor(candidate, exchange.raw),
        framing: stream ? ((form ?? endpoint).framing ?? 'sse') : undefined,
        secrets: upstream.secrets,
        countAs: new ContainedForward(forward, call).reader(endpoint.wire) ?? 'text',
      });
    }
    names.check(candidate);
    if (missing) throw missing;
    return translate(exchange, {
      ...{ endpoint: writer, request: context.request, candidate, call, context, memory, hold },
      ...(keep && { keep }),
    });
  };
}
