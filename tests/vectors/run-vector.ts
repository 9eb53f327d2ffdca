import {
  createOpaqueBox,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type OpaqueBox,
} from '@dragoman/plugin';
import type { UpstreamInput } from '../../core/src/config/upstream.ts';
import { openSecretBox } from '../../core/src/state/secrets/secrets.ts';
import { failureOf } from '@dragoman/testing';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { decodeSse, type MockUpstream, startMockUpstream } from '@dragoman/testing/upstreams';
import { ASSEMBLE } from './assemble.ts';
import { match, matchInOrder } from './match.ts';
import type { Vector, Wire } from './vector.ts';

/** The upstream that speaks a wire at an address. */
const UPSTREAMS: Record<Wire, (url: string) => Pick<UpstreamInput, 'provider' | 'options'>> = {
  'openai-chat': (url) => ({ provider: 'openai', options: { baseUrl: `${url}/v1`, apiKey: 'up-key' } }),
  'openai-responses': (url) => ({
    provider: 'openai',
    options: { baseUrl: `${url}/v1`, apiKey: 'up-key', wire: 'responses' },
  }),
  anthropic: (url) => ({ provider: 'anthropic', options: { baseUrl: url, apiKey: 'up-key' } }),
  gemini: (url) => ({ provider: 'gemini', options: { baseUrl: url, apiKey: 'up-key' } }),
};

/** A gateway with one scripted upstream, set up as a vector's route says. */
export interface VectorBench {
  /** Runs the vector once; the upstream's bytes come in pieces of that size, 0 for one piece. */
  run(chunkBytes: number): Promise<readonly string[]>;
  close(): Promise<void>;
}

export async function prepareVector(vector: Vector): Promise<VectorBench> {
  const mock = await startMockUpstream();
  const gateway = await startGateway({ upstreams: [upstreamOf(vector, mock.url)] });
  const secrets = await openSecretBox({ folder: gateway.folder });
  // State is sealed for the key of the client.
  const [key] = await gateway.admin<readonly { readonly id: string }[]>('GET', '/keys');
  const opaque = createOpaqueBox(secrets.deriveKey('opaque'), key?.id);
  return {
    async run(chunkBytes) {
      mock.reset();
      const reply = upstreamReply(vector);
      if (reply) mock.reply({ ...reply, chunkBytes });
      const response = await send(vector, gateway, opaque);
      const body = await response.text();
      return [
        ...checkUpstream(vector, mock).map((line) => `upstream: ${line}`),
        ...(await checkClient(vector, response, body)).map((line) => `client: ${line}`),
      ];
    },
    async close() {
      await gateway.close();
      await mock.close();
    },
  };
}

function upstreamOf({ route, to }: Vector, url: string): UpstreamInput {
  const { clientModel, upstreamModel, caps = {} } = route;
  const kind = UPSTREAMS[to === 'none' ? 'openai-chat' : to](url);
  return {
    id: 'scripted',
    ...kind,
    models: { list: [upstreamModel], rename: { [clientModel]: upstreamModel } },
    capabilities: { '*': caps },
  };
}

function upstreamReply({ upstreamReply: reply, upstreamStream: stream }: Vector) {
  if (stream) return { status: stream.status, stream: stream.frames };
  return reply ?? undefined;
}

async function send({ input }: Vector, { url, key }: RunningGateway, opaque: OpaqueBox): Promise<Response> {
  const headers = Object.entries(input.headers).map(([name, value]) => [name, value.replace('gw-key', key)]);
  return fetch(url + input.path.replace('gw-key', key), {
    method: input.method,
    headers: { 'content-type': 'application/json', ...Object.fromEntries(headers) },
    ...(input.body !== undefined && { body: JSON.stringify(resealed(input.body, opaque)) }),
  });
}

/** Envelopes of the fixtures carry no tag, which only the running gateway can give them. */
function resealed(value: JsonValue, opaque: OpaqueBox): JsonValue {
  if (Array.isArray(value)) return value.map((entry: JsonValue) => resealed(entry, opaque));
  if (isJsonObject(value)) {
    const entries = Object.entries(value).map(([key, entry]) => [key, resealed(entry ?? null, opaque)]);
    return Object.fromEntries(entries);
  }
  if (typeof value !== 'string' || !value.startsWith('eyJndyI6MS')) return value;
  const { p, k, d, i } = JSON.parse(Buffer.from(value, 'base64').toString()) as Record<string, never>;
  return opaque.seal({
    protocol: p ?? '',
    kind: k ?? 'thinking',
    ...(d !== undefined && { data: d }),
    ...(i !== undefined && { itemId: i }),
  });
}

function checkUpstream({ expectedUpstream: expected }: Vector, mock: MockUpstream): readonly string[] {
  const [call, ...more] = mock.calls;
  if (expected === null) return call ? [`was called: ${call.method} ${call.path}`] : [];
  if (!call) return ['was not called'];
  const query = call.query.size > 0 ? `?${call.query.toString()}` : '';
  return [
    ...(more.length > 0 ? [`was called ${mock.calls.length} times`] : []),
    ...(expected.path === undefined ? [] : match(expected.path, call.path + query)),
    ...match(lowerCased(expected.headers ?? {}), call.headers),
    ...(expected.body === undefined ? [] : match(expected.body, call.body)),
  ];
}

async function checkClient(
  { from, input, expectedClient: expected }: Vector,
  response: Response,
  text: string,
): Promise<readonly string[]> {
  const failures = [
    ...(expected.status === undefined ? [] : match(expected.status, response.status)),
    ...match(lowerCased(expected.headers ?? {}), Object.fromEntries(response.headers) as JsonObject),
    ...(expected.body === undefined ? [] : match(expected.body, parse(text))),
  ];
  const frames = decodeSse(text) as unknown as readonly JsonValue[];
  if (expected.frames) failures.push(...matchInOrder(expected.frames, frames));
  for (const unwanted of expected.framesAbsent ?? []) {
    if (frames.some((frame) => match(unwanted, frame).length === 0)) {
      failures.push(`has a frame like ${JSON.stringify(unwanted)}`);
    }
  }
  const assembled = ASSEMBLE[from]?.(text, input.body as JsonObject);
  if (expected.sdkError !== undefined && assembled) {
    const { message } = (await failureOf(assembled)) as Error;
    failures.push(...match(expected.sdkError, { message }));
  } else if (expected.assembled !== undefined && assembled) {
    failures.push(...match(expected.assembled, await assembled));
  } else assembled?.catch(() => {});
  return failures.length === 0 ? [] : [...failures, `it got: ${text.slice(0, 2_000)}`];
}

function lowerCased(headers: Readonly<Record<string, JsonValue>>): JsonObject {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function parse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}
