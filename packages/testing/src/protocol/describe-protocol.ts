import {
  type ChatEndpoint,
  type ChatEvent,
  collect,
  type EncodeContext,
  type ErrorKind,
  GatewayError,
  type JsonObject,
  type JsonValue,
  type Protocol,
  type RequestInput,
} from '@dragoman/plugin';
import { FRAMINGS } from '@dragoman/plugin/internal/transport/framing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chatStreams, type ReplyShape } from '../arbitraries.ts';
import { eventsOf, failureOf, testOpaque } from '../events.ts';
import { spoiled } from '../spoiled.ts';

export interface ProtocolContract {
  readonly protocol: Protocol;
  /** The path of the chat endpoint under test, as the protocol declares it. */
  readonly path: string;
  /** The values of the path's parameters. */
  readonly params?: Readonly<Record<string, string>>;
  /** A request that uses many fields. */
  readonly request: JsonObject;
  /** What a client must be refused for: changes of the request, and the field that the error names. */
  readonly refused: readonly { readonly change: JsonObject; readonly field: string }[];
  /** What replies this protocol can tell. */
  readonly replies: ReplyShape;
  /** Reads a stream as the official SDK does, down to what `project` leaves of a reply. Throws on an error. */
  readonly assemble: (stream: string) => Promise<JsonValue>;
  /** Takes from a whole reply what can be compared with a stream. */
  readonly project: (body: JsonObject) => JsonValue;
  /** Statuses that differ from the error's own. */
  readonly statuses?: Partial<Record<ErrorKind, number>>;
}

const KINDS = [
  'invalid',
  'auth',
  'billing',
  'permission',
  'not-found',
  'method-not-allowed',
  'request-timeout',
  'conflict',
  'too-large',
  'context-window',
  'content-policy',
  'upgrade-refused',
  'rate-limit',
  'cancelled',
  'interrupted',
  'internal',
  'upstream-auth',
  'upstream-model',
  'upstream-broken',
  'upstream-unreachable',
  'overloaded',
  'timeout',
] as const satisfies readonly ErrorKind[];

/** The contract of every protocol that clients speak. Run it in a `*.test.ts` of the plugin. */
export function describeProtocol(name: string, contract: ProtocolContract): void {
  const { protocol, path } = contract;
  const endpoint = protocol.endpoints.find(
    (one): one is ChatEndpoint => one.operation === 'chat' && one.path === path,
  );
  if (!endpoint) throw new Error(`${name} has no chat endpoint ${path}.`);
  describe(`the protocol ${name} keeps the contract of protocols`, () => {
    describeRequests(contract, endpoint);
    describeReplies(contract, endpoint);
    describeErrors(contract, endpoint);
  });
}

function inputOf(body: JsonObject, { params = {} }: ProtocolContract): RequestInput {
  return { body, params, query: new URLSearchParams(), headers: {}, opaque: testOpaque };
}

function describeRequests(contract: ProtocolContract, endpoint: ChatEndpoint): void {
  const { request, refused, protocol } = contract;
  const decode = (body: JsonObject) => endpoint.decodeRequest(inputOf(body, contract));

  it('decodes a request and says which protocol it came by', () => {
    const before = structuredClone(request);
    expect(decode(request).protocol).toBe(protocol.name);
    expect(request).toEqual(before);
  });

  it.each(refused)('refuses $change and names $field', async ({ change, field }) => {
    const failure = await failureOf((async () => decode({ ...request, ...change }))());
    expect(failure).toMatchObject({ kind: 'invalid', details: { field } });
    expect((failure as Error).message).toContain(field);
  });

  it('refuses or decodes whatever JSON it is given, and never breaks', () => {
    fc.assert(
      fc.property(spoiled(request), (body) => {
        try {
          decode(body);
        } catch (error) {
          if (!GatewayError.is(error)) throw error;
          expect(error.kind).toBe('invalid');
        }
      }),
      { numRuns: 500 },
    );
  });
}

function describeReplies(contract: ProtocolContract, endpoint: ChatEndpoint): void {
  const { assemble, project, replies, request } = contract;
  const context = (stream: boolean): EncodeContext => {
    const decoded = endpoint.decodeRequest(inputOf(request, contract));
    return { request: { ...decoded, stream }, id: 'reply-id', created: 1_760_000_000, opaque: testOpaque };
  };
  const framesOf = async (events: readonly ChatEvent[]): Promise<readonly string[]> => {
    const frames: string[] = [];
    for await (const frame of endpoint.encodeStream(eventsOf(events), context(true))) frames.push(frame);
    return frames;
  };
  const check = (
    test: (events: readonly ChatEvent[], frames: readonly string[]) => Promise<void>,
  ): Promise<void> =>
    fc.assert(fc.asyncProperty(chatStreams(replies), async (events) => test(events, await framesOf(events))));

  it('tells by a stream what it tells in one piece', () =>
    check(async (events, frames) => {
      const whole = endpoint.encodeReply(await collect(eventsOf(events)), context(false));
      expect(await assemble(frames.join(''))).toEqual(project(whole));
    }));

  it('passes pings over', () =>
    check(async (events, frames) => {
      const pinged = events.flatMap((event): ChatEvent[] => [{ type: 'ping' }, event]);
      expect(await assemble((await framesOf(pinged)).join(''))).toEqual(await assemble(frames.join('')));
    }));

  it('sends keep-alives that readers ignore between any two frames', () =>
    check(async (_, frames) => {
      const { keepAlive = FRAMINGS[endpoint.framing ?? 'sse'].keepAlive } = endpoint;
      const alive = frames.flatMap((frame) => [keepAlive, frame]);
      expect(await assemble([...alive, keepAlive].join(''))).toEqual(await assemble(frames.join('')));
    }));

  it('ends a stream that fails with an error that readers see', () =>
    check(async (_, frames) => {
      const error = new GatewayError('overloaded', 'The upstream ran out of breath.');
      const begun = frames.slice(0, Math.ceil(frames.length / 2) - 1);
      const stream = [...begun, endpoint.encodeStreamError(error, context(true))].join('');
      const failure = await failureOf(assemble(stream));
      expect(String(failure)).toContain('ran out of breath');
    }));
}

function describeErrors({ protocol, statuses = {} }: ProtocolContract, endpoint: ChatEndpoint): void {
  it.each(KINDS)('puts an error of kind %s in its envelope', (kind) => {
    const error = new GatewayError(kind, 'A telling sentence.', { cause: new Error('hidden-cause') });
    const { status, body } = protocol.encodeError(error);
    expect(status).toBe(statuses[kind] ?? error.status);
    expect(JSON.stringify(body)).toContain('A telling sentence.');
    expect(JSON.stringify(body)).not.toContain('hidden-cause');
    expect(Object.keys(body)).toEqual(
      Object.keys(protocol.encodeError(new GatewayError('invalid', 'Other.')).body),
    );
  });

  it('tells how long to wait', () => {
    const error = new GatewayError('rate-limit', 'Slow down.', { retryAfterMs: 1500 });
    expect(protocol.encodeError(error).headers).toMatchObject({ 'retry-after': '2' });
  });

  it('has endpoints whose wires and paths are told apart', () => {
    const places = protocol.endpoints.map(({ method, path }) => `${method} ${path}`);
    expect(new Set(places).size).toBe(places.length);
    expect(endpoint.summary).toMatch(/./);
  });
}
