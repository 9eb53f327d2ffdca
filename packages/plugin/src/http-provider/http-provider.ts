import type { ChatEvent, ChatRequest } from '../canonical/chat.ts';
import { GatewayError } from '../canonical/errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../canonical/json.ts';
import type { HttpReply } from '../transport/http.ts';
import { type Framing, framingOf, readFrames } from '../transport/framing.ts';
import { readText } from '../transport/read-body.ts';
import type { SseEvent } from '../transport/sse.ts';
import { type AnswerShape, isAnswer, noAnswer, parseReply } from '../codec/answer.ts';
import { createForward, type ForwardInput } from './http-forward.ts';
import { inlineFiles } from './inline-files.ts';
import { joinUrl } from './join-url.ts';
import type { CallContext } from '../plugin/call-context.ts';
import type { Provider } from '../plugin/provider.ts';
import { parseJson, peekBody, readWhole } from '../codec/reply-text.ts';
import { sendSigned, signedWith } from './send-signed.ts';
import { failureIn } from './reply-failure.ts';
import { decodeEvents } from '../codec/stream-decoder.ts';
import type { EncodedRequest, HttpUpstream, UpstreamCodec } from '../plugin/upstream-codec.ts';
import { describeUpstream, readError } from './upstream-error.ts';

export interface HttpProviderInput extends HttpUpstream {
  readonly forward?: ForwardInput;
  readonly models?: Provider['models'];
  readonly embed?: Provider['embed'];
  readonly rateLimits?: Provider['rateLimits'];
}

const ERROR_BYTES = 16 * 1024;

/** Creates a provider for an HTTP API from the pure codec of its wire. */
export function createHttpProvider(input: HttpProviderInput): Provider {
  const { codec, models, embed, forward, rateLimits } = input;
  return {
    async *chat(request, context) {
      const asked = await inlineFiles(request, codec, context);
      const reply = await postJson(input, codec.encodeRequest(asked, context), context);
      const { status, headers, body } = reply;
      try {
        for await (const event of await decode(reply, input, request)) yield event;
      } catch (error) {
        if (!GatewayError.is(error)) throw error;
        throw describeUpstream(error, { status, headers, sent: signedWith(headers, input) });
      } finally {
        body.destroy();
      }
    },
    ...(models && { models }),
    ...(embed && { embed }),
    ...(rateLimits && { rateLimits }),
    ...(forward && { forward: createForward(input, forward) }),
  };
}

/** Posts JSON to an upstream. Resolves with a 2xx reply; any other is thrown as the error that the codec reads. */
export async function postJson(
  upstream: HttpUpstream,
  { path, body, headers }: EncodedRequest,
  context: CallContext,
): Promise<HttpReply> {
  const request = {
    method: 'POST',
    url: joinUrl(upstream.baseUrl, path),
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
  return refuseErrors(await sendSigned(upstream, request, context), upstream);
}

/** Gets JSON from an upstream. Throws like {@link postJson}. */
export async function getJson(
  upstream: HttpUpstream,
  path: string,
  context: CallContext,
): Promise<JsonValue> {
  const request = { method: 'GET', url: joinUrl(upstream.baseUrl, path) };
  return readJson(await refuseErrors(await sendSigned(upstream, request, context), upstream));
}

/** Reads a whole reply as JSON. An HTML page or anything else that is not JSON is `upstream-broken`. */
export async function readJson({ body }: HttpReply): Promise<JsonValue> {
  return parseReply(await readWhole(body));
}

/**
 * Reads a whole reply that must be an answer. Throws the failure that it reports, or `upstream-broken` if it is
 * something else.
 */
export async function readAnswer(
  { body }: HttpReply,
  shape: AnswerShape,
  codec: Pick<UpstreamCodec, 'decodeError'>,
): Promise<JsonObject> {
  const text = await readWhole(body);
  const value = parseReply(text);
  refuseFailure(value, codec);
  return answerOf(value, text, shape);
}

async function refuseErrors(reply: HttpReply, upstream: HttpUpstream): Promise<HttpReply> {
  const { status, headers, body } = reply;
  if (status < 300) return reply;
  const text = await readText(body, ERROR_BYTES);
  throw readError(upstream, { status, headers, text });
}

type Events = AsyncIterable<ChatEvent> | Iterable<ChatEvent>;

/** The content type decides whether a reply is a stream, not the request; its first byte may overrule it. */
async function decode(
  { headers, body }: HttpReply,
  { codec, framing = 'auto' }: HttpUpstream,
  request: ChatRequest,
): Promise<Events> {
  const type = headers['content-type'] ?? '';
  const named = framingOf(type);
  const told = framing === 'auto' ? named : framing;
  if (told === 'ndjson' && !request.stream) return decodeLines(body, codec, request);
  const isStream = request.stream || named === 'sse';
  const first = isStream ? await peekBody(body) : '';
  const found = told ?? guessFraming(first, type);
  if (!isStream || !STARTS[found].test(first)) return decodeWhole(await readWhole(body), codec, request);
  const frames = readFrames(body, found);
  return decodeFrames(found === 'json-array' ? refuseFirst(frames, codec) : frames, codec, request);
}

/** What a stream begins with. Anything else is a whole reply or a web page, whatever its content type says. */
const STARTS: Readonly<Record<Framing, RegExp>> = {
  sse: /^(?![{[<])/,
  ndjson: /^\{/,
  'json-array': /^\[/,
};

function guessFraming(first: string, type: string): Framing {
  return first === '[' || /json|html/i.test(type) ? 'json-array' : 'sse';
}

/** Without a stream requested, a single line may be the whole reply. */
async function decodeLines(
  body: HttpReply['body'],
  codec: UpstreamCodec,
  request: ChatRequest,
): Promise<Events> {
  const text = await readWhole(body);
  if (parseJson(text) !== undefined) return decodeWhole(text, codec, request);
  return decodeFrames(readFrames(oneByOne([text]), 'ndjson'), codec, request);
}

function decodeWhole(text: string, codec: UpstreamCodec, request: ChatRequest): Events {
  if (/^\s*(?:data|event|id|retry)?:/.test(text)) {
    return decodeFrames(readFrames(oneByOne([text]), 'sse'), codec, request);
  }
  const value = parseReply(text);
  if (Array.isArray(value) && value.length > 0) {
    const entries = value.map((entry: JsonValue) => ({ data: JSON.stringify(entry) }));
    return decodeFrames(refuseFirst(oneByOne(entries), codec), codec, request);
  }
  const { replyOut } = codec;
  const isChanged = replyOut !== undefined && isJsonObject(value);
  const reply = isChanged ? replyOut(value) : value;
  refuseFailure(reply, codec);
  return codec.decodeReply(answerOf(reply, isChanged ? JSON.stringify(reply) : text, codec.answer), request);
}

function decodeFrames(
  events: AsyncIterable<SseEvent>,
  codec: UpstreamCodec,
  request: ChatRequest,
): AsyncIterable<ChatEvent> {
  return decodeEvents(codec.replyOut ? changed(events, codec) : events, codec.decodeStream(request));
}

/** What the events are changed to. A failure is read by the codec, which knows what was changed. */
async function* changed(
  events: AsyncIterable<SseEvent>,
  { replyOut = (body) => body, decodeError }: Pick<UpstreamCodec, 'replyOut' | 'decodeError'>,
): AsyncGenerator<SseEvent> {
  for await (const event of events) {
    const body = parseJson(event.data);
    if (!isJsonObject(body)) yield event;
    else {
      const next = replyOut(body);
      refuseFailure(next, { decodeError });
      yield { ...event, data: JSON.stringify(next) };
    }
  }
}

/** The entries of a list, whose first may report a failure. An empty list is no answer. */
async function* refuseFirst(
  entries: AsyncIterable<SseEvent>,
  codec: Pick<UpstreamCodec, 'decodeError'>,
): AsyncGenerator<SseEvent> {
  let isFirst = true;
  for await (const entry of entries) {
    if (isFirst) refuseFailure(parseJson(entry.data) ?? null, codec);
    isFirst = false;
    yield entry;
  }
  if (isFirst) throw noAnswer([]);
}

function refuseFailure(reply: JsonValue, { decodeError }: Pick<UpstreamCodec, 'decodeError'>): void {
  const failure = failureIn(reply);
  if (failure) throw decodeError(200, {}, failure);
}

function answerOf(reply: JsonValue, text: string, shape: AnswerShape | undefined): JsonObject {
  if (isJsonObject(reply) && (!shape || isAnswer(Buffer.from(text), shape))) return reply;
  throw noAnswer(reply);
}

async function* oneByOne<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}
