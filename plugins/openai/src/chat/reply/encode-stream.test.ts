import {
  type ChatEvent,
  collect,
  GatewayError,
  isJsonObject,
  type JsonObject,
  type JsonValue,
} from '@dragoman/plugin';
import { describe, expect, it } from 'vitest';
import { chatRequest, eventsOf } from '@dragoman/testing';
import { contextOf } from '../../../test/client.ts';
import { encodeReply } from './encode-reply.ts';
import { encodeStream, encodeStreamError } from './encode-stream.ts';

const start: ChatEvent = { type: 'start', id: 'r1', model: 'm', created: 5 };
const usage = { input: 10, output: 3, cacheRead: 4, cacheWrite: 1, reasoning: 2 };
const wireUsage = {
  prompt_tokens: 10,
  completion_tokens: 3,
  total_tokens: 13,
  prompt_tokens_details: { cached_tokens: 4, cache_write_tokens: 1 },
  completion_tokens_details: { reasoning_tokens: 2 },
};
const context = contextOf(chatRequest('hi'));

const text = (index: number, value: string, choice?: number): ChatEvent[] => [
  { type: 'block-start', index, block: { type: 'text' }, ...(choice && { choice }) },
  { type: 'block-delta', index, delta: value },
  { type: 'block-end', index },
];

const call = (index: number, value: string): ChatEvent[] => [
  { type: 'block-start', index, block: { type: 'tool-call', id: `c${index}`, name: 'f', form: 'json' } },
  ...(value === '' ? [] : [{ type: 'block-delta', index, delta: value } as const]),
  { type: 'block-end', index },
];

async function framesOf(events: readonly ChatEvent[], includeUsage = false): Promise<readonly string[]> {
  const request = chatRequest('hi', { includeUsage });
  let text = '';
  for await (const piece of encodeStream(eventsOf(events), { ...context, request })) text += piece;
  return text.split(/(?<=\n\n)/);
}

async function chunksOf(events: readonly ChatEvent[], includeUsage = false): Promise<readonly JsonObject[]> {
  const frames = await framesOf(events, includeUsage);
  expect(frames.at(-1)).toBe('data: [DONE]\n\n');
  return frames.slice(0, -1).map((frame) => JSON.parse(frame.slice(6)) as JsonObject);
}

function choicesOf(chunks: readonly JsonObject[]): readonly JsonObject[] {
  return chunks.flatMap(({ choices }) => choices as readonly JsonObject[]);
}

function deltasOf(chunks: readonly JsonObject[]): readonly JsonValue[] {
  return choicesOf(chunks).flatMap(({ delta }) =>
    isJsonObject(delta) && Object.keys(delta).length > 0 ? [delta] : [],
  );
}

describe('a stream to a client', () => {
  it('is these bytes', async () => {
    const events: ChatEvent[] = [start, ...text(0, 'Hi'), { type: 'finish', reason: 'stop', usage }];
    const head = '"id":"r1","object":"chat.completion.chunk","created":5,"model":"m"';
    const chunk = (delta: string, finish: string): string =>
      `data: {${head},"choices":[{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${finish}}]}\n\n`;
    expect(await framesOf(events)).toEqual([
      chunk('{"role":"assistant","content":""}', 'null'),
      chunk('{"content":"Hi"}', 'null'),
      chunk('{}', '"stop"'),
      'data: [DONE]\n\n',
    ]);
  });

  it('takes id and time of the gateway where the upstream gave none', async () => {
    const [first] = await chunksOf([
      { type: 'start', id: '', model: 'm' },
      { type: 'finish', reason: 'stop' },
    ]);
    expect(first).toMatchObject({ id: 'chatcmpl-gateway-id', created: 7 });
  });

  it('tells usage in a chunk of its own, only when asked, and null before', async () => {
    const events: ChatEvent[] = [start, ...text(0, 'Hi'), { type: 'finish', reason: 'stop', usage }];
    const chunks = await chunksOf(events, true);
    expect(chunks.map(({ usage }) => usage)).toEqual([null, null, null, wireUsage]);
    expect(chunks.at(-1)?.['choices']).toEqual([]);
    expect((await chunksOf(events)).some((chunk) => 'usage' in chunk)).toBe(false);
  });

  it('counts calls from 0 without gaps, whatever stands between them, and never leaves arguments empty', async () => {
    const hosted = { type: 'tool-call', id: 'h', name: 'search', form: 'json', hosted: true } as const;
    const events: ChatEvent[] = [
      start,
      ...text(0, 'A'),
      { type: 'block-start', index: 1, block: hosted },
      { type: 'block-delta', index: 1, delta: '{}' },
      { type: 'block-end', index: 1 },
      ...call(2, '{"a":1}'),
      ...text(3, 'B'),
      ...call(7, ''),
      { type: 'finish', reason: 'tool-use' },
    ];
    const chunks = await chunksOf(events);
    expect(deltasOf(chunks)).toEqual([
      { role: 'assistant', content: '' },
      { content: 'A' },
      { tool_calls: [{ index: 0, id: 'c2', type: 'function', function: { name: 'f', arguments: '' } }] },
      { tool_calls: [{ index: 0, function: { arguments: '{"a":1}' } }] },
      { content: 'B' },
      { tool_calls: [{ index: 1, id: 'c7', type: 'function', function: { name: 'f', arguments: '' } }] },
      { tool_calls: [{ index: 1, function: { arguments: '{}' } }] },
    ]);
    expect(choicesOf(chunks).at(-1)?.['finish_reason']).toBe('tool_calls');
  });

  it('gives every choice a role and an end', async () => {
    const events: ChatEvent[] = [
      start,
      ...text(0, 'A'),
      ...text(1, 'B', 1),
      { type: 'finish', reason: 'stop', otherReasons: ['max-tokens', 'stop'] },
    ];
    const choices = choicesOf(await chunksOf(events));
    const roles = choices.filter(({ delta }) => isJsonObject(delta) && delta['role'] === 'assistant');
    expect(roles.map(({ index }) => index)).toEqual([0, 1, 2]);
    const ends = choices.flatMap(({ index, finish_reason: finish }) =>
      finish === null ? [] : [[index, finish]],
    );
    expect(ends).toEqual([
      [0, 'stop'],
      [1, 'length'],
      [2, 'stop'],
    ]);
  });

  it('says reasoning, refusals, free text calls, audio and log probabilities', async () => {
    const audio = { type: 'base64', mimeType: 'audio/wav', data: 'UklG' } as const;
    const events: ChatEvent[] = [
      start,
      { type: 'block-start', index: 0, block: { type: 'reasoning', form: 'raw' } },
      { type: 'block-delta', index: 0, delta: 'hm' },
      { type: 'block-end', index: 0 },
      { type: 'block-start', index: 1, block: { type: 'refusal' } },
      { type: 'block-delta', index: 1, delta: 'no' },
      { type: 'block-logprobs', index: 1, logprobs: [{ token: 'no' }] },
      { type: 'block-end', index: 1 },
      {
        type: 'block-start',
        index: 2,
        block: { type: 'tool-call', id: 'c', name: 'patch', form: 'freeform' },
      },
      { type: 'block-delta', index: 2, delta: 'x' },
      { type: 'block-end', index: 2 },
      { type: 'block', index: 3, part: { type: 'media', media: 'audio', source: audio, transcript: 'ah' } },
      { type: 'ping' },
      { type: 'finish', reason: 'content-filter' },
    ];
    const chunks = await chunksOf(events);
    expect(deltasOf(chunks).slice(1)).toEqual([
      { reasoning_content: 'hm' },
      { refusal: 'no' },
      { tool_calls: [{ index: 0, id: 'c', type: 'custom', custom: { name: 'patch', input: '' } }] },
      { tool_calls: [{ index: 0, custom: { input: 'x' } }] },
      { audio: { id: '', expires_at: 0, data: 'UklG', transcript: 'ah' } },
    ]);
    const logprobs = choicesOf(chunks).flatMap((choice) => choice['logprobs'] ?? []);
    expect(logprobs).toEqual([{ content: null, refusal: [{ token: 'no' }] }]);
  });

  it.each([
    ['stop-sequence', 'stop'],
    ['pause', 'stop'],
    ['context-window', 'length'],
    ['content-filter', 'content_filter'],
  ] as const)('that ends with %s says %s', async (reason, finish) => {
    const [last] = choicesOf(await chunksOf([start, { type: 'finish', reason }])).slice(-1);
    expect(last?.['finish_reason']).toBe(finish);
  });

  it('ends with stop behind a refusal in words, on which SDKs would fail otherwise', async () => {
    const refusal: ChatEvent[] = [
      start,
      { type: 'block-start', index: 0, block: { type: 'refusal' } },
      { type: 'block-delta', index: 0, delta: 'No.' },
      { type: 'block-end', index: 0 },
      { type: 'finish', reason: 'content-filter' },
    ];
    expect(choicesOf(await chunksOf(refusal)).at(-1)?.['finish_reason']).toBe('stop');
    const whole = encodeReply(await collect(eventsOf(refusal)), context);
    expect(whole['choices']).toMatchObject([
      { finish_reason: 'stop', message: { refusal: 'No.', content: null } },
    ]);
  });

  it('places citations in the whole message, as a whole reply does', async () => {
    const cited = { url: 'https://e.com', title: 'E' };
    const events: ChatEvent[] = [
      start,
      ...text(0, 'See '),
      { type: 'block-start', index: 1, block: { type: 'text' } },
      { type: 'block-citation', index: 1, citation: cited },
      { type: 'block-citation', index: 1, citation: { text: 'no URL' } },
      { type: 'block-delta', index: 1, delta: 'this' },
      { type: 'block-citation', index: 1, citation: { ...cited, start: 1, end: 2 } },
      { type: 'block-end', index: 1 },
      { type: 'finish', reason: 'stop' },
    ];
    const at = (start_index: number, end_index: number): JsonObject => ({
      type: 'url_citation',
      url_citation: { ...cited, start_index, end_index },
    });
    const annotations = [at(4, 8), at(5, 6)];
    expect(deltasOf(await chunksOf(events)).at(-1)).toEqual({ annotations });
    const whole = encodeReply(await collect(eventsOf(events)), context);
    expect(whole['choices']).toMatchObject([{ message: { content: 'See this', annotations } }]);
  });

  it('that fails ends with an error and without [DONE]', () => {
    const frame = encodeStreamError(new GatewayError('overloaded', 'Busy.'));
    expect(frame).toBe(
      'data: {"error":{"message":"Busy.","type":"server_error","param":null,"code":"overloaded"}}\n\n',
    );
  });
});

describe('a whole reply to a client', () => {
  it('has all fields that SDKs read', () => {
    const reply = {
      id: '',
      model: 'm',
      choices: [{ content: [], reason: 'stop' as const }],
      usage,
      extensions: { 'openai-chat': { system_fingerprint: 'fp', finish_reason: 'eos' }, other: { x: 1 } },
    };
    expect(encodeReply(reply, context)).toEqual({
      id: 'chatcmpl-gateway-id',
      object: 'chat.completion',
      created: 7,
      model: 'm',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: null, refusal: null },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage: wireUsage,
      system_fingerprint: 'fp',
    });
  });
});
