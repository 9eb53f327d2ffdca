import {
  type ChatEndpoint,
  type ChatEvent,
  type ChatRequest,
  defined,
  type EncodeContext,
  type FinishEvent,
  GatewayError,
  type HeaderMap,
} from '@dragoman/plugin';
import type { HoldBounds } from '../config/routing.ts';
import type { AttemptHooks } from '../hooks/attempt-hooks.ts';
import { attemptError } from '../routing/attempts.ts';
import type { UpstreamCall } from '../upstreams/call.ts';
import type { ToolCallMemory, ToolCallRecorder } from './tool-call-memory.ts';
import type { Candidate } from '../catalogue/candidate.ts';
import type { Exchange } from '../routing/exchange.ts';
import type { Reply } from '../routing/reply.ts';
import { serveAnswer } from './answer.ts';
import { encodeReply } from './encode-reply.ts';
import { holdEvents } from './hold.ts';
import { type Keep, kept } from './keep-reply.ts';
import { chatOf } from './tool-text/chat-of.ts';
import { replyEvents } from '../upstreams/provider-calls/reply-events.ts';
import { inputOf } from '../routing/spending.ts';

export interface TranslateInput {
  readonly endpoint: ChatEndpoint;
  readonly request: ChatRequest;
  readonly candidate: Candidate;
  readonly call: UpstreamCall;
  readonly context: EncodeContext;
  readonly memory: ToolCallMemory;
  /** How much may be held until the first content. */
  readonly hold: HoldBounds;
  readonly keep?: Keep;
  /** The hooks that apply at the candidate. */
  readonly hooks?: AttemptHooks | undefined;
}

/** Calls the provider in canonical terms and encodes its events in the client's protocol. */
export async function translate(exchange: Exchange, input: TranslateInput): Promise<Reply> {
  const { endpoint, candidate, call, context, memory, hooks, hold } = input;
  const headers = (): HeaderMap => ({ ...hooks?.headers, ...droppedHeader(exchange) });
  const { model } = context.request;
  const hooked = hooks ? await hooks.request(input.request) : input;
  const { request } = hooked;
  const { stream } = request;
  if ('answer' in hooked && hooked.answer) {
    call.spare();
    const { keep } = input;
    return serveAnswer(exchange, hooked.answer, {
      endpoint,
      context,
      stream,
      model,
      hold,
      headers,
      ...defined({ keep }),
    });
  }
  refuseNativeOnly(request, hooks?.ids);
  const chat = chatOf(candidate, () => call.silence.heard());
  const scope = exchange.key?.id ?? '';
  const history = endpoint.losesState ? memory.restore(scope, request) : request;
  const asked = { ...history, model: candidate.model };
  const recorder = endpoint.losesState ? memory.record(scope) : undefined;
  const source = replyEvents(call, (own) => chat(asked, own), noteReply({ exchange, call, model, recorder }));
  const begun = await holdEvents(input.keep && !hooks ? kept(source, input.keep) : source, hold);
  call.begun();
  const events = hooks ? await throughHooks(begun, hooks, input) : begun;
  return encodeReply(events, {
    ...{ endpoint, context, stream, headers },
    fail(error) {
      const failure = attemptError(error, candidate, call);
      exchange.record.errorKind = failure.kind;
      if (!exchange.signal.aborted) call.failed(failure);
      return failure;
    },
  });
}

/** Keeps what the client gets, and holds it until the hooks let something through: then its beginning is known. */
function throughHooks(
  events: AsyncIterable<ChatEvent>,
  hooks: AttemptHooks,
  { keep, hold }: TranslateInput,
): Promise<AsyncIterable<ChatEvent>> {
  const hooked = hooks.reply(events[Symbol.asyncIterator]());
  return holdEvents(keep ? kept(hooked, keep) : hooked, hold);
}

/** Reports the request fields that did not reach the upstream. */
function droppedHeader({ record }: Exchange): HeaderMap {
  const fields = new Set(record.dropped.map(({ field }) => field.replaceAll(/[^\x21-\x7e]/g, '?')));
  return fields.size > 0 ? { 'x-dragoman-dropped': [...fields].join(', ') } : {};
}

/** Hooks need the request decoded, even for an upstream that speaks the client's wire. */
function refuseNativeOnly({ nativeOnly, model }: ChatRequest, hooks: readonly string[] = []): void {
  const [field] = nativeOnly ?? [];
  if (field === undefined) return;
  const why =
    hooks.length > 0
      ? `, because it has to pass the hooks ${hooks.join(', ')}`
      : ` for the upstreams of the model ${JSON.stringify(model)}`;
  const message = `${field} cannot be converted${why}.`;
  throw new GatewayError('invalid', message, { field, code: 'unsupported_parameter' });
}

interface Watched {
  readonly exchange: Exchange;
  readonly call: UpstreamCall;
  /** The model as the client requested it. */
  readonly model: string;
  readonly recorder: ToolCallRecorder | undefined;
}

/** Records the usage that passes, or estimates it at the end. */
function noteReply({
  exchange: { record },
  call,
  model,
  recorder,
}: Watched): (event: ChatEvent) => ChatEvent {
  let hasUsage = false;
  return (emitted) => {
    call.meter.observe(emitted);
    if ('usage' in emitted && emitted.usage) hasUsage = true;
    const event = emitted.type === 'finish' ? ended(emitted, { record, call, hasUsage }) : emitted;
    if ('usage' in event && event.usage) record.usage = { ...record.usage, ...event.usage };
    recorder?.push(event);
    return event.type === 'start' ? { ...event, model } : event;
  };
}

interface Ended extends Pick<Watched, 'call'> {
  readonly record: Exchange['record'];
  readonly hasUsage: boolean;
}

/** The end of a reply, with estimated usage if the upstream reported none. */
function ended(event: FinishEvent, { record, call, hasUsage }: Ended): FinishEvent {
  call.meter.end();
  if (hasUsage) return event;
  const usage = call.meter.usage(() => inputOf(record));
  return usage ? { ...event, usage } : event;
}
