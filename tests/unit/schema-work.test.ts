import { type ChatRequest, GatewayError, type JsonObject, type UpstreamCodec } from '@dragoman/plugin';
import { anthropicCodec } from '@dragoman/plugin-anthropic';
import { echo } from '@dragoman/plugin-echo';
import { geminiCodec } from '@dragoman/plugin-gemini';
import { openaiChatCodec } from '@dragoman/plugin-openai';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createToolNames } from '../../packages/plugin/src/codec/tools/tool-names.ts';
import { openaiResponsesCodec } from '../../plugins/openai/src/responses/codec.ts';
import { chatRequest, createTestContext, readEvents } from '@dragoman/testing';
import { leastCpuMs } from '../support/cpu-time.ts';
import { HOSTILE_SCHEMAS, schemas } from '../support/hostile-schemas.ts';

/** What one request may hold up all others for. Machines that run tests are slower than those that serve. */
const LIMIT_MS = 50;
const SLOW_MACHINE = 3;

const { context, setup } = createTestContext({
  capabilities: { toolSchema: 'openapi-subset', structured: 'native' },
});

function requestOf(schema: JsonObject): ChatRequest {
  return chatRequest('Call it.', {
    tools: [{ kind: 'function', name: 'it', schema }],
    toolChoice: { mode: 'any' },
    output: { type: 'schema', schema },
  });
}

const encoders = Object.entries<UpstreamCodec>({
  openai: openaiChatCodec,
  'openai-responses': openaiResponsesCodec,
  anthropic: anthropicCodec,
  gemini: geminiCodec,
}).map(
  ([name, codec]) =>
    [name, (request: ChatRequest) => JSON.stringify(codec.encodeRequest(request, context))] as const,
);

const parrot = echo().providers[0]?.create({ delayMs: 0 }, setup);
const echoing = async (request: ChatRequest): Promise<unknown> =>
  parrot && readEvents(parrot.chat({ ...request, model: 'echo' }, context));

const PROVIDERS: readonly (readonly [string, (request: ChatRequest) => unknown])[] = [
  ...encoders,
  ['echo', echoing],
];

/** The work, or its refusal as a fault of the client; anything else that is thrown fails the test. */
async function tried(work: () => unknown): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!GatewayError.is(error) || error.kind !== 'invalid') throw error;
  }
}

async function expectQuick(work: () => unknown): Promise<void> {
  const once = await leastCpuMs(() => tried(work), 1);
  const least = once < LIMIT_MS ? once : await leastCpuMs(() => tried(work), 4);
  expect(least).toBeLessThan(LIMIT_MS * SLOW_MACHINE);
}

describe.each(PROVIDERS)('the schema of a tool, for an upstream of %s', (_, send) => {
  it.each(Object.entries(HOSTILE_SCHEMAS))('is little work: %s', async (__, schema) => {
    expect(JSON.stringify(schema).length).toBeLessThanOrEqual(10_500);
    await expectQuick(() => send(requestOf(schema)));
  });

  it('is little work, whatever it is made of', async () => {
    await fc.assert(
      fc.asyncProperty(schemas, (schema) => expectQuick(() => send(requestOf(schema)))),
      { numRuns: 60 },
    );
  });
});

describe('a schema that is too large for a model of Gemini', () => {
  it.each(['properties that refer on', 'alternatives that refer on', 'a long text in many places'])(
    'is refused by the name of its tool: %s',
    (name) => {
      const request = { ...requestOf(HOSTILE_SCHEMAS[name] ?? {}), output: { type: 'text' as const } };
      expect(() => geminiCodec.encodeRequest(request, context)).toThrow(
        expect.objectContaining({
          kind: 'invalid',
          details: { field: 'tools' },
          message: expect.stringMatching(
            /^The schema of the tool "it" is too large: more than (5,000 nodes|524288 bytes) after references are resolved\.$/,
          ),
        }),
      );
    },
  );

  it('counts with those of the other tools', () => {
    const schema = {
      type: 'object',
      properties: Object.fromEntries(Array.from({ length: 400 }, (_, at) => [`p${at}`, {}])),
    };
    const tools = Array.from({ length: 100 }, (_, at) => ({
      kind: 'function' as const,
      name: `t${at}`,
      schema,
    }));
    expect(() =>
      geminiCodec.encodeRequest(chatRequest('Hi', { tools: tools.slice(0, 50) }), context),
    ).not.toThrow();
    expect(() => geminiCodec.encodeRequest(chatRequest('Hi', { tools }), context)).toThrow(
      'The schemas of all tools are too large: more than 30,000 nodes after references are resolved.',
    );
  });

  it('is sent whole when a reference only comes back in another place', () => {
    const base = { type: 'object', properties: { name: { type: 'string' } } };
    const schema = {
      $defs: { base },
      allOf: [{ $ref: '#/$defs/base' }],
      properties: { child: { $ref: '#/$defs/base' }, other: { allOf: [{ $ref: '#/$defs/base' }] } },
    };
    const request = chatRequest('Hi', { tools: [{ kind: 'function', name: 'it', schema }] });
    expect(geminiCodec.encodeRequest(request, context).body['tools']).toEqual([
      {
        functionDeclarations: [
          {
            name: 'it',
            parameters: { ...base, properties: { ...base.properties, child: base, other: base } },
          },
        ],
      },
    ]);
  });
});

describe('names of tools', () => {
  it('take no time by the square of their length and number', async () => {
    const rule = { pattern: /^[a-z0-9_]+$/, maxLength: 64 };
    const long = `${'x'.repeat(2_000_000)}!`;
    // Each of these is what the long one would be called, were the ones before it not taken.
    const names: string[] = [];
    const ask = () =>
      createToolNames(
        chatRequest('Hi', { tools: [long, ...names].map((name) => ({ kind: 'function', name })) }),
        rule,
      );
    for (let round = 0; round < 40; round += 1) names.push(ask().toWire(long));
    expect(new Set(names).size).toBe(40);
    expect(await leastCpuMs(ask, 2)).toBeLessThan(100);
  });
});
