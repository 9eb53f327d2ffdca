import {
  type ChatEndpoint,
  type ChatEvent,
  type ChatReply,
  type ChatRequest,
  collect,
  type EncodeContext,
  type FinishEvent,
  GatewayError,
  type HeaderMap,
} from '@dragoman/plugin';
import { ReplyFolder } from '@dragoman/plugin/internal/canonical/fold';
import { recovered, resumed } from '@dragoman/plugin/internal/canonical/iterate';
import type { HoldBounds } from '../config/routing.ts';
import { attemptError } from '../routing/attempts.ts';
import type { UpstreamCall } from '../upstreams/call.ts';
import type { ToolCallMemory, ToolCallRecorder } from './tool-call-memory.ts';
import type { Candidate } from '../catalogue/candidate.ts';
import type { Exchange } from '../routing/exchange.ts';
import type { Reply } from '../routing/reply.ts';
import { holdEvents } from './hold.ts';
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
  /** Keeps the whole reply, before its last event is emitted. */
  readonly keep?: (reply: ChatReply) => Promise<void>;
}

/** Calls the provider in canonical terms and encodes its events in the client's protocol. */
export async function translate(exchange: Exchange, input: TranslateInput): Promise<Reply> {
  const { endpoint, request, candidate, call, context, memory } = input;
  refuseNativeOnly(request);
  const chat = chatOf(candidate);
  const scope = exchange.key?.id ?? '';
  const history = endpoint.losesState ? memory.restore(scope, request) : request;
  const asked = { ...history, model: candidate.model };
  const recorder = endpoint.losesState ? memory.record(scope) : undefined;
  const source = replyEvents(
    call,
    (own) => chat(asked, own),
    noteReply({ exchange, call, model: request.model, recorder }),
  );
  const events = await holdEvents(input.keep ? kept(source, input.keep) : source, input.hold);
  call.begun();
  if (request.stream) {
    return { status: 200, headers: droppedHeader(exchange), body: encodeStream(events, exchange, input) };
  }
  const reply = await collect(events);
  const body = JSON.stringify(endpoint.encodeReply(reply, context));
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    ...(reply.usage?.estimated && { 'x-dragoman-estimated': 'true' }),
    ...droppedHeader(exchange),
  };
  return { status: 200, headers, body };
}

/** Reports the request fields that did not reach the upstream. */
function droppedHeader({ record }: Exchange): HeaderMap {
  const fields = new Set(record.dropped.map(({ field }) => field.replaceAll(/[^\x21-\x7e]/g, '?')));
  return fields.size > 0 ? { 'x-dragoman-dropped': [...fields].join(', ') } : {};
}

function refuseNativeOnly({ nativeOnly, model }: ChatRequest): void {
  const [field] = nativeOnly ?? [];
  if (field === undefined) return;
  const message = `${field} cannot be converted for the upstreams of the model ${JSON.stringify(model)}.`;
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

/** Keeps the whole reply before its end is emitted: the next request may build on it. */
async function* kept(
  events: AsyncIterator<ChatEvent>,
  keep: (reply: ChatReply) => Promise<void>,
): AsyncGenerator<ChatEvent> {
  const folder = new ReplyFolder();
  for await (const event of resumed([], events)) {
    folder.push(event);
    if (event.type === 'finish') await keep(folder.reply());
    yield event;
  }
}

/** Once the stream has begun, its protocol has to report the error. */
function encodeStream(
  events: AsyncIterable<ChatEvent>,
  exchange: Exchange,
  { endpoint, candidate, call, context }: TranslateInput,
): AsyncIterable<string> {
  return recovered(endpoint.encodeStream(events, context), (error) => {
    const failure = attemptError(error, candidate, call);
    exchange.record.errorKind = failure.kind;
    if (!exchange.signal.aborted) call.failed(failure);
    return endpoint.encodeStreamError(failure, context);
  });
}
