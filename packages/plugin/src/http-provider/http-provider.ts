import type { ChatEvent, ChatRequest } from '../canonical/chat.ts';
import { GatewayError } from '../canonical/errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../canonical/json.ts';
import type { HttpReply } from '../transport/http.ts';
import { isJsonLines, readJsonLines } from '../transport/json/json-lines.ts';
import { readText } from '../transport/read-body.ts';
import { readSse } from '../transport/sse.ts';
import { type AnswerShape, isAnswer, noAnswer, parseReply } from '../codec/answer.ts';
import { createForward, type ForwardInput } from './http-forward.ts';
import { inlineFiles } from './inline-files.ts';
import { joinUrl } from './join-url.ts';
import type { CallContext } from '../plugin/call-context.ts';
import type { Provider } from '../plugin/provider.ts';
import { parseJson, peekBody, readWhole } from '../codec/reply-text.ts';
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
        for await (const event of await decode(reply, codec, request)) yield event;
      } catch (error) {
        if (!GatewayError.is(error)) throw error;
        throw describeUpstream(error, { status, headers, sent: input.headers });
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
  { http }: Pick<CallContext, 'http'>,
): Promise<HttpReply> {
  const reply = await http.send({
    method: 'POST',
    url: joinUrl(upstream.baseUrl, path),
    headers: { 'content-type': 'application/json', ...headers, ...upstream.headers },
    body: JSON.stringify(body),
  });
  return refuseErrors(reply, upstream);
}

/** Gets JSON from an upstream. Throws like {@link postJson}. */
export async function getJson(
  upstream: HttpUpstream,
  path: string,
  { http }: Pick<CallContext, 'http'>,
): Promise<JsonValue> {
  const { baseUrl, headers } = upstream;
  const reply = await http.send({ method: 'GET', url: joinUrl(baseUrl, path), headers });
  return readJson(await refuseErrors(reply, upstream));
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
  codec: UpstreamCodec,
  request: ChatRequest,
): Promise<Events> {
  const type = headers['content-type'] ?? '';
  if (isJsonLines(type)) return decodeLines(body, codec, request);
  const isStream = /^text\/event-stream\b/i.test(type) || (request.stream && !/json|html/i.test(type));
  if (isStream && !/[{[<]/.test(await peekBody(body)))
    return decodeEvents(readSse(body), codec.decodeStream(request));
  return decodeWhole(await readWhole(body), codec, request);
}

/** Without a stream requested, a single line may be the whole reply. */
async function decodeLines(
  body: HttpReply['body'],
  codec: UpstreamCodec,
  request: ChatRequest,
): Promise<Events> {
  if (request.stream) return decodeEvents(readJsonLines(body), codec.decodeStream(request));
  const text = await readWhole(body);
  if (parseJson(text) !== undefined) return decodeWhole(text, codec, request);
  return decodeEvents(readJsonLines(oneByOne([text])), codec.decodeStream(request));
}

function decodeWhole(text: string, codec: UpstreamCodec, request: ChatRequest): Events {
  if (/^\s*(?:data|event|id|retry)?:/.test(text)) {
    return decodeEvents(readSse(oneByOne([text])), codec.decodeStream(request));
  }
  const value = parseReply(text);
  refuseFailure(value, codec);
  if (Array.isArray(value) && value.length > 0) {
    const entries = value.map((entry: JsonValue) => ({ data: JSON.stringify(entry) }));
    return decodeEvents(oneByOne(entries), codec.decodeStream(request));
  }
  return codec.decodeReply(answerOf(value, text, codec.answer), request);
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
