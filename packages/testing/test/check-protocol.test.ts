import {
  type ChatEndpoint,
  GatewayError,
  isJsonObject,
  type JsonObject,
  type Protocol,
} from '@dragoman/plugin';
import { expect, it } from 'vitest';
import { acme } from '../../create-dragoman-plugin/template/protocol/src/index.ts';
import { checkProtocol, protocolChecks } from '../src/checks.ts';
import type { ProtocolContract } from '../src/protocol/contract.ts';
import { decodeSse } from '../src/upstreams.ts';

const [sayProtocol] = acme().protocols;
const [sayEndpoint] = sayProtocol.endpoints as readonly [ChatEndpoint];

/** The protocol of the guide, with another endpoint. */
function contractOf(own: Partial<ChatEndpoint> = {}, protocol: Partial<Protocol> = {}): ProtocolContract {
  return {
    protocol: { ...sayProtocol, endpoints: [{ ...sayEndpoint, ...own }], ...protocol },
    path: '/acme/say',
    request: { model: 'm', say: 'Hello', stream: true },
    refused: [{ change: { say: 7 }, field: 'say' }],
    replies: { parts: ['text'] },
    async assemble(stream) {
      let said = '';
      for (const { data } of decodeSse(stream)) {
        const { said: piece = '', error }: JsonObject = isJsonObject(data) ? data : {};
        if (error !== undefined) throw new Error(error as string);
        said += piece as string;
      }
      return said;
    },
    project: ({ said }) => said ?? '',
  };
}

it('finds nothing wrong with a sound protocol', async () => {
  expect(await checkProtocol(contractOf())).toEqual([]);
});

/** The sound stream, whose frames are replaced. */
const framesWith = (change: (frame: string, at: number) => string): Partial<ChatEndpoint> => ({
  async *encodeStream(events, context) {
    let at = 0;
    for await (const frame of sayEndpoint.encodeStream(events, context)) yield change(frame, at++);
  },
});
let calls = 0;

const FAULTS: readonly (readonly [name: string, rule: string, says: RegExp, contract: ProtocolContract])[] = [
  [
    'another name of the protocol',
    'decodes-requests',
    /expected 'acme', got 'said'/,
    contractOf({ decodeRequest: (input) => ({ ...sayEndpoint.decodeRequest(input), protocol: 'said' }) }),
  ],
  [
    'a wrong field that passes',
    'refuses-by-field',
    /not refused/,
    contractOf({
      decodeRequest: (input) =>
        sayEndpoint.decodeRequest({ ...input, body: { ...input.body, say: 'anything' } }),
    }),
  ],
  [
    'trust in what comes',
    'survives-any-request',
    /TypeError/,
    contractOf({
      decodeRequest(input) {
        (input.body['say'] as string).trim();
        return sayEndpoint.decodeRequest(input);
      },
    }),
  ],
  [
    'a lost piece',
    'streams-the-whole',
    /What the stream says/,
    contractOf(framesWith((frame, at) => (at === 0 && frame.includes('said') ? ': nothing\n\n' : frame))),
  ],
  [
    'frames that are cut',
    'frames-messages',
    /of each frame alone/,
    contractOf({
      async *encodeStream(events, context) {
        for await (const frame of sayEndpoint.encodeStream(events, context)) {
          yield frame.slice(0, 8);
          yield frame.slice(8);
        }
      },
    }),
  ],
  [
    'a number that grows',
    'encodes-purely',
    /The stream/,
    contractOf(framesWith((frame) => `: ${++calls}\n${frame}`)),
  ],
  [
    'a ping that is told',
    'passes-pings-over',
    /with pings/,
    contractOf({
      async *encodeStream(events, context) {
        for await (const { type } of events) if (type === 'ping') yield 'data: {"said":"ping"}\n\n';
        void context;
      },
    }),
  ],
  [
    'a keep-alive that says something',
    'keeps-alive',
    /with keep-alives/,
    contractOf({ keepAlive: 'data: {"said":"…"}\n\n' }),
  ],
  [
    'an error that nobody sees',
    'ends-with-errors',
    /a whole reply/,
    contractOf({ encodeStreamError: () => ': sorry\n\n' }),
  ],
  [
    'a cause that clients see',
    'encodes-errors',
    /reaches clients/,
    contractOf(
      {},
      {
        encodeError: (error) => ({
          status: error.status,
          body: { error: `${error.message} ${String((error.cause as Error | undefined)?.message)}` },
        }),
      },
    ),
  ],
  [
    'no word of how long to wait',
    'tells-to-wait',
    /retry-after/,
    contractOf(
      {},
      { encodeError: (error: GatewayError) => ({ ...sayProtocol.encodeError(error), headers: {} }) },
    ),
  ],
  [
    'two endpoints at one place',
    'has-distinct-endpoints',
    /two endpoints POST \/acme\/say/,
    contractOf({}, { endpoints: [sayEndpoint, sayEndpoint] }),
  ],
  [
    'a form that is not there',
    'streams-the-whole',
    /no such form/,
    { ...contractOf(), forms: [{ name: 'as lines', query: { as: 'lines' } }] },
  ],
];

it.each(FAULTS)('finds %s', async (_, rule, says, contract) => {
  const problems = await checkProtocol(contract, { only: [rule] });
  expect(problems.map(({ message }) => message)).toEqual(
    expect.arrayContaining([expect.stringMatching(says)]),
  );
});

it('has a planted fault for every rule of protocols', () => {
  const rules = protocolChecks(contractOf()).map(({ rule }) => rule);
  expect(new Set(FAULTS.map(([, rule]) => rule))).toEqual(new Set(rules));
});
