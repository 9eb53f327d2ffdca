import type { ChatEvent, ChatRequest } from '../canonical/chat.ts';
import { GatewayError } from '../canonical/errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../canonical/json.ts';
import type { HeaderMap, HttpReply } from '../transport/http.ts';
import { readBytes, readText } from '../transport/read-body.ts';
import { replaceModel } from '../transport/span-edit.ts';
import { readSse, type SseEvent } from '../transport/sse.ts';
import type { CallContext, Forward, Provider, RawRequest, ReplyEnd } from './plugin.ts';

/** What an encoder gives: where to send which body. */
export interface EncodedRequest {
  /** From the upstream's base URL: `/chat/completions`. */
  readonly path: string;
  readonly body: JsonObject;
  readonly headers?: HeaderMap;
}

/** The upstream side of a wire format. All of it is pure. */
export interface UpstreamCodec {
  encodeRequest(request: ChatRequest, context: CallContext): EncodedRequest;
  /** Tells a whole reply as events. */
  decodeReply(body: JsonObject, request: ChatRequest): Iterable<ChatEvent>;
  decodeStream(events: AsyncIterable<SseEvent>, request: ChatRequest): AsyncIterable<ChatEvent>;
  /** What an error reply, or an error inside a stream, means. `body` is absent when it was not JSON. */
  decodeError(status: number, headers: HeaderMap, body: JsonValue | undefined): GatewayError;
  /** As {@link Forward.readEnd}. */
  readEnd?(wire: string, text: string): ReplyEnd;
}

export interface HttpProviderInput {
  /** With or without a slash at its end. */
  readonly baseUrl: string;
  /** Credentials and whatever else every request carries. */
  readonly headers: HeaderMap;
  readonly codec: UpstreamCodec;
  readonly forward?: ForwardInput;
  readonly models?: Provider['models'];
  readonly embed?: Provider['embed'];
}

export interface ForwardInput {
  readonly wires: readonly string[];
  /** The path prefix of the gateway that the base URL stands for: `/v1`. */
  readonly mount: string;
  /** Headers of the client that go on, besides the usual ones; a name with `-` at its end is a prefix. */
  readonly headers?: readonly string[];
}

const ERROR_BYTES = 16 * 1024;
const CLIENT_HEADERS = ['content-type', 'accept', 'idempotency-key', 'user-agent', 'x-client-request-id'];

/** Makes a provider of an HTTP API from the pure codec of its wire. */
export function createHttpProvider(input: HttpProviderInput): Provider {
  const { codec, models, embed } = input;
  return {
    async *chat(request, context) {
      const { path, body, headers } = codec.encodeRequest(request, context);
      const reply = await postJson(input, { path, body, ...(headers && { headers }) }, context);
      yield* decode(reply, codec, request);
    },
    ...(models && { models }),
    ...(embed && { embed }),
    ...(input.forward && { forward: createForward(input, input.forward) }),
  };
}

/** Posts JSON to an upstream. Resolves with a reply of status 2xx; any other is thrown as the codec reads it. */
export async function postJson(
  input: Pick<HttpProviderInput, 'baseUrl' | 'headers' | 'codec'>,
  { path, body, headers }: EncodedRequest,
  { http }: CallContext,
): Promise<HttpReply> {
  const reply = await http.send({
    method: 'POST',
    url: joinUrl(input.baseUrl, path),
    headers: { 'content-type': 'application/json', ...headers, ...input.headers },
    body: JSON.stringify(body),
  });
  return refuseErrors(reply, input);
}

/** Gets JSON from an upstream. Throws as {@link postJson} does. */
export async function getJson(
  input: Pick<HttpProviderInput, 'baseUrl' | 'headers' | 'codec'>,
  path: string,
  { http }: CallContext,
): Promise<JsonValue> {
  const { baseUrl, headers } = input;
  const reply = await http.send({ method: 'GET', url: joinUrl(baseUrl, path), headers });
  return readJson(await refuseErrors(reply, input));
}

/** Reads a whole reply as JSON. An HTML page or anything else that is not JSON is `upstream-broken`. */
export async function readJson({ body }: HttpReply): Promise<JsonValue> {
  const text = (await readBytes(body)).toString('utf8');
  const value = parseJson(text);
  if (value === undefined) throw new GatewayError('upstream-broken', notJson(text));
  return value;
}

async function refuseErrors(
  reply: HttpReply,
  { codec, headers }: Pick<HttpProviderInput, 'codec' | 'headers'>,
): Promise<HttpReply> {
  if (reply.status < 400) return reply;
  const text = await readText(reply.body, ERROR_BYTES);
  throw readError(codec, { status: reply.status, headers: reply.headers, text }, headers);
}

interface ErrorReply {
  readonly status: number;
  readonly headers: HeaderMap;
  readonly text: string;
}

/** An upstream's error without the credentials that some upstreams repeat in it. */
function readError(codec: UpstreamCodec, { status, headers, text }: ErrorReply, secrets: HeaderMap): GatewayError {
  const clean = hideSecrets(text, secrets);
  const { kind, message, details } = codec.decodeError(status, headers, parseJson(clean));
  const requestId = headers['x-request-id'] ?? headers['request-id'];
  return new GatewayError(kind, message, {
    ...details,
    upstream: { ...details.upstream, status, ...(requestId && { requestId }) },
  });
}

function hideSecrets(text: string, headers: HeaderMap): string {
  let clean = text;
  for (const value of Object.values(headers)) {
    const secret = value.replace(/^Bearer /, '');
    if (secret.length >= 6) clean = clean.replaceAll(secret, '[redacted]');
  }
  // Some upstreams show the first and last characters of a wrong key.
  return clean.replaceAll(/\bsk-[\w*-]{6,}/g, '[redacted]');
}

async function* decode(reply: HttpReply, codec: UpstreamCodec, request: ChatRequest): AsyncIterable<ChatEvent> {
  const type = reply.headers['content-type'] ?? '';
  try {
    if (/^text\/event-stream\b/i.test(type) || (request.stream && !/json|html/i.test(type))) {
      yield* codec.decodeStream(readSse(reply.body), request);
      return;
    }
    const value = await readJson(reply);
    // Some upstreams say 200 and mean an error.
    if (isJsonObject(value) && isJsonObject(value['error'])) throw codec.decodeError(200, reply.headers, value);
    if (!isJsonObject(value)) throw new GatewayError('upstream-broken', 'The upstream answered without a reply.');
    yield* codec.decodeReply(value, request);
  } finally {
    reply.body.destroy();
  }
}

function createForward(input: HttpProviderInput, { wires, mount, headers = [] }: ForwardInput): Forward {
  const { baseUrl, codec } = input;
  const kept = [...CLIENT_HEADERS, ...headers];
  return {
    wires,
    send(raw, model, { http }) {
      const path = raw.path.startsWith(mount) ? raw.path.slice(mount.length) : raw.path;
      const url = joinUrl(baseUrl, path) + (raw.query && `?${raw.query}`);
      const body = forwardedBody(raw, model);
      const sent = { ...pickHeaders(raw.headers, kept), ...input.headers };
      return http.send({ method: raw.method, url, headers: sent, ...(body && { body }) });
    },
    decodeError: (status, replyHeaders, text) =>
      readError(codec, { status, headers: replyHeaders, text }, input.headers),
    ...(codec.readEnd && { readEnd: codec.readEnd }),
  };
}

function forwardedBody({ body, headers }: RawRequest, model: string | undefined): RawRequest['body'] {
  const isJson = /\bjson\b/i.test(headers['content-type'] ?? 'json');
  return body instanceof Uint8Array && model !== undefined && isJson ? replaceModel(body, model) : body;
}

function pickHeaders(headers: HeaderMap, kept: readonly string[]): HeaderMap {
  const picked: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    const isKept = kept.some((known) => (known.endsWith('-') ? name.startsWith(known) : name === known));
    if (value !== undefined && isKept) picked[name] = value;
  }
  return picked;
}

function joinUrl(baseUrl: string, path: string): string {
  return baseUrl.replace(/\/+$/, '') + path;
}

function parseJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

function notJson(text: string): string {
  if (text.trim() === '') return 'The upstream answered with an empty body.';
  return /^\s*</.test(text)
    ? 'The upstream answered with a web page and not with JSON; is its base URL right?'
    : 'The upstream answered with something that is not JSON.';
}
