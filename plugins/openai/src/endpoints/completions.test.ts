import { type ChatEvent, type ChatRequest, GatewayError, type JsonObject } from '@dragoman/plugin';
import { describe, expect, it } from 'vitest';
import { eventsOf } from '@dragoman/testing';
import { contextOf, inputOf } from '../../test/client.ts';
import { completionsEndpoint } from './completions.ts';

function decode(body: JsonObject): ChatRequest {
  return completionsEndpoint.decodeRequest(inputOf({ model: 'm', prompt: 'Once', ...body }));
}

describe('a completion', () => {
  it.each(['Once', ['Once']])('of %j asks a chat', (prompt) => {
    const request = decode({
      prompt,
      max_tokens: 0,
      temperature: 0,
      stop: '\n',
      min_p: 0.1,
      logit_bias: { 5: 1 },
    });
    expect(request).toMatchObject({
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Once' }] }],
      maxTokens: 0,
      sampling: { temperature: 0, logitBias: { 5: 1 } },
      stop: ['\n'],
      extensions: { 'openai-chat': { min_p: 0.1 } },
    });
    expect(request.nativeOnly).toBeUndefined();
  });

  it.each<[string, JsonObject]>([
    ['echo', { echo: true }],
    ['best_of', { best_of: 2 }],
    ['logprobs', { logprobs: 0 }],
    ['suffix', { suffix: 'end' }],
    ['prompt', { prompt: ['a', 'b'] }],
    ['prompt', { prompt: [1, 2, 3] }],
    ['prompt', { prompt: [] }],
  ])('with %s is only for upstreams that have completions', (field, body) => {
    expect(decode(body).nativeOnly).toEqual([field]);
  });

  it('takes what changes nothing', () => {
    expect(decode({ echo: false, best_of: 1, logprobs: null, suffix: '' }).nativeOnly).toBeUndefined();
  });

  it.each<[string, JsonObject]>([
    ['model', { model: '' }],
    ['prompt', { prompt: null }],
    ['prompt', { prompt: 5 }],
    ['echo', { echo: 'yes' }],
    ['best_of', { best_of: 0 }],
    ['stop[0]', { stop: [1] }],
    ['n', { n: 'two' }],
  ])('is refused by the name of %s', (field, body) => {
    const refusal = ((): unknown => {
      try {
        return decode(body);
      } catch (error) {
        return error;
      }
    })();
    expect(GatewayError.is(refusal) && refusal.details.field).toBe(field);
  });
});

describe('the answer of a completion', () => {
  const events: ChatEvent[] = [
    { type: 'start', id: 'r', model: 'm', created: 5 },
    { type: 'block-start', index: 0, block: { type: 'reasoning', form: 'raw' } },
    { type: 'block-delta', index: 0, delta: 'hm' },
    { type: 'block-end', index: 0 },
    { type: 'block-start', index: 1, block: { type: 'text' } },
    { type: 'block-delta', index: 1, delta: 'upon' },
    { type: 'block-end', index: 1 },
    { type: 'block-start', index: 2, block: { type: 'text' }, choice: 1 },
    { type: 'block-delta', index: 2, delta: 'there' },
    { type: 'block-end', index: 2 },
    { type: 'usage', usage: { input: 1, output: 2 } },
    { type: 'finish', reason: 'stop', otherReasons: ['max-tokens'] },
  ];
  const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };

  async function chunksOf(includeUsage: boolean): Promise<readonly JsonObject[]> {
    const chunks: JsonObject[] = [];
    const request = { ...decode({ stream: true }), includeUsage };
    const frames = completionsEndpoint.encodeStream(eventsOf(events), contextOf(request));
    for await (const frame of frames)
      if (frame !== 'data: [DONE]\n\n') chunks.push(JSON.parse(frame.slice(6)));
    return chunks;
  }

  it('is a stream of text completions', async () => {
    const choice = (index: number, text: string, finish_reason: string | null): JsonObject => ({
      id: 'r',
      object: 'text_completion',
      created: 5,
      model: 'm',
      choices: [{ index, text, logprobs: null, finish_reason }],
    });
    const expected = [
      choice(0, 'upon', null),
      choice(1, 'there', null),
      choice(0, '', 'stop'),
      choice(1, '', 'length'),
    ];
    expect(await chunksOf(false)).toEqual(expected);
    const asked = await chunksOf(true);
    expect(asked.slice(0, -1)).toEqual(expected.map((chunk) => ({ ...chunk, usage: null })));
    expect(asked.at(-1)).toMatchObject({ choices: [], usage });
  });

  it('is one text completion', () => {
    const reply = {
      id: '',
      model: 'm',
      choices: [{ content: [{ type: 'text', text: 'upon' } as const], reason: 'stop' as const }],
      usage: { input: 1, output: 2 },
    };
    expect(completionsEndpoint.encodeReply(reply, contextOf(decode({})))).toEqual({
      id: 'cmpl-gateway-id',
      object: 'text_completion',
      created: 7,
      model: 'm',
      choices: [{ index: 0, text: 'upon', logprobs: null, finish_reason: 'stop' }],
      usage,
    });
  });
});
