import {
  type Capabilities,
  type ChatRequest,
  DEFAULT_CAPABILITIES,
  GatewayError,
  type JsonObject,
  type MediaPart,
  type Message,
} from '@dragoman/plugin';
import { describe, expect, it } from 'vitest';
import { chatRequest } from '@dragoman/testing';
import { inputOf } from '../../../test/client.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeRequest } from './encode-request.ts';

interface Encoded {
  readonly body: JsonObject;
  readonly dropped: readonly string[];
}

function encode(changes: Partial<ChatRequest>, capabilities: Partial<Capabilities> = {}): Encoded {
  const dropped: string[] = [];
  const { path, body } = encodeRequest(chatRequest('hi', { stream: false, ...changes }), {
    capabilities: { ...DEFAULT_CAPABILITIES, ...capabilities },
    drop: (field) => void dropped.push(field),
  });
  expect(path).toBe('/chat/completions');
  return { body, dropped };
}

const messagesOf = (messages: readonly Message[], capabilities: Partial<Capabilities> = {}) => {
  const { body, dropped } = encode({ messages }, capabilities);
  return { messages: body['messages'], dropped };
};

const foreign = { protocol: 'anthropic' };
const text = (value: string) => ({ type: 'text', text: value }) as const;
const f = { kind: 'function', name: 'f' } as const;
const call = { type: 'tool-call', id: 'c1', name: 'f', form: 'json', arguments: '{}' } as const;

describe('a request to an upstream', () => {
  it('holds what was said and nothing else', () => {
    expect(encode({}).body).toEqual({ model: 'mock-model', messages: [{ role: 'user', content: 'hi' }] });
  });

  it('always asks a stream for its usage, and keeps other options of streams', () => {
    const extensions = { 'openai-chat': { stream_options: { include_obfuscation: false } } };
    const options = { include_usage: true, include_obfuscation: false };
    expect(encode({ stream: true, extensions }).body).toMatchObject({
      stream: true,
      stream_options: options,
    });
    expect(encode({ extensions }).body).not.toHaveProperty('stream_options');
  });

  it('says again what a client of the same protocol said', () => {
    const body = {
      model: 'm',
      messages: [
        { role: 'developer', content: 'Be brief.', x: 1 },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'a', x: 2 },
            { type: 'image_url', image_url: { url: 'https://e.com/a.png', x: 3 } },
            { type: 'video_url', video_url: { url: 'https://e.com/v.mp4' } },
          ],
        },
        {
          role: 'assistant',
          content: null,
          tool_calls: [
            {
              id: 'c',
              type: 'function',
              function: { name: 'f', arguments: '{}' },
              extra_content: { google: {} },
            },
          ],
        },
        { role: 'tool', tool_call_id: 'c', name: 'f', content: 'done' },
      ],
      tools: [
        { type: 'function', function: { name: 'f', strict: true, parameters: { type: 'object' } } },
        { type: 'custom', custom: { name: 'g' } },
      ],
      tool_choice: { type: 'custom', custom: { name: 'g' } },
      parallel_tool_calls: false,
      web_search_options: { search_context_size: 'low' },
      response_format: { type: 'json_schema', json_schema: { name: 's', strict: true, schema: {} } },
      temperature: 0,
      top_k: 5,
      n: 2,
      stop: ['a', 'b', 'c', 'd', 'e'],
      logit_bias: { 5: -100 },
      reasoning_effort: 'xhigh',
      verbosity: 'low',
      safety_identifier: 'someone',
      prompt_cache_key: 'key',
      min_p: 0.1,
    };
    const decoded = decodeRequest(inputOf(body));
    const encoded = encode(decoded);
    expect(encoded).toEqual({ body, dropped: [] });
  });

  it.each(['max_tokens', 'max_completion_tokens'] as const)('limits its answer by %s', (maxTokensParam) => {
    const { body } = encode({ maxTokens: 77 }, { maxTokensParam });
    expect(Object.keys(body).filter((name) => name.startsWith('max_'))).toEqual([maxTokensParam]);
    expect(body[maxTokensParam]).toBe(77);
  });

  it('names the end user, by a hash where the name is too long', () => {
    expect(encode({ user: 'u', ...foreign }).body['user']).toBe('u');
    expect(encode({ user: 'u'.repeat(65), ...foreign }).body['user']).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('what the model cannot take', () => {
  const sampling = { temperature: 0, topP: 0.5, topK: 3, seed: 1, count: 2 };
  it.each<[Capabilities['sampling'], JsonObject, readonly string[]]>([
    ['full', { temperature: 0, top_p: 0.5, seed: 1, n: 2 }, ['top_k']],
    ['temperature', { temperature: 0, n: 2 }, ['top_k', 'top_p', 'seed']],
    ['none', { n: 2 }, ['top_k', 'temperature', 'top_p', 'seed']],
  ])('is dropped of sampling %s, and recorded', (kind, kept, names) => {
    const { body, dropped } = encode({ sampling, ...foreign }, { sampling: kind });
    const { model: _model, messages: _messages, ...rest } = body;
    expect(rest).toEqual(kept);
    expect(dropped).toEqual(names);
  });

  it('is dropped of stop sequences', () => {
    const stop = ['a', 'b', 'c', 'd', 'e'];
    expect(encode({ stop }, { stop: false })).toMatchObject({ dropped: ['stop'] });
    const { body, dropped } = encode({ stop, ...foreign });
    expect([body['stop'], dropped]).toEqual([['a', 'b', 'c', 'd'], ['stop']]);
  });

  it('is dropped of safety settings and cache marks', () => {
    const { body, dropped } = encode({
      safety: [{ category: 'x' }],
      tools: [{ ...f, cache: {} }],
      messages: [{ role: 'user', content: [{ ...text('a'), cache: { ttl: '1h' } }] }],
    });
    expect(dropped).toEqual(['safetySettings', 'tools.cache', 'cache']);
    expect(body['tools']).toEqual([{ type: 'function', function: { name: 'f' } }]);
    expect(body['messages']).toEqual([{ role: 'user', content: 'a' }]);
  });

  it.each<[Capabilities['structured'], JsonObject | undefined, readonly string[]]>([
    ['native', { type: 'json_schema', json_schema: { name: 'response', schema: {} } }, []],
    ['json_object', { type: 'json_object' }, ['response_format']],
    ['none', undefined, ['response_format']],
  ])('is less than a schema where structured output is %s', (structured, format, names) => {
    const { body, dropped } = encode({ output: { type: 'schema', schema: {} } }, { structured });
    expect([body['response_format'], dropped]).toEqual([format, names]);
  });

  it('is asked for in words', () => {
    const schema = { type: 'object' };
    expect(
      encode({ output: { type: 'schema', schema } }, { structured: 'json_object' }).body['messages'],
    ).toMatchObject([
      { role: 'system', content: expect.stringContaining('{"type":"object"}') as string },
      {},
    ]);
    expect(
      encode({ tools: [f], toolChoice: { mode: 'any' } }, { forcedToolChoice: false }).body['messages'],
    ).toMatchObject([{ role: 'system', content: 'Answer by calling a tool.' }, {}]);
  });

  it('is refused where only another server knows it', () => {
    const state = { previousResponseId: 'resp_1' };
    expect(() => encode({ serverState: state })).toThrow(GatewayError);
    const tools = [{ kind: 'hosted', name: 'run', hosted: 'code-execution' } as const];
    expect(() => encode({ tools })).toThrow(/hosted tool like "run"/);
  });
});

describe('reasoning effort', () => {
  const efforts = (reasoning: ChatRequest['reasoning'], capabilities: Partial<Capabilities> = {}) => {
    const { body, dropped } = encode({ reasoning, ...foreign }, capabilities);
    return [body['reasoning_effort'], dropped];
  };

  it.each([
    [{}, undefined],
    [{ effort: 'high' }, 'high'],
    [{ effort: 'max' }, 'high'],
    [{ effort: 'minimal' }, 'low'],
    [{ budgetTokens: 1024 }, 'low'],
    [{ budgetTokens: 4097 }, 'medium'],
    [{ budgetTokens: 1_000_000 }, 'high'],
    [{ budgetTokens: -1 }, undefined],
    [{ adaptive: true }, undefined],
  ] as const)('of %j is %s', (reasoning, effort) => {
    expect(efforts(reasoning)).toEqual([effort, []]);
  });

  it('is off only where the model knows how', () => {
    expect(efforts({ off: true }, { effortLevels: ['none', 'low'] })).toEqual(['none', []]);
    expect(efforts({ off: true })).toEqual([undefined, ['reasoning']]);
  });

  it('gives way to tools where the model takes but one of them', () => {
    const capabilities = { toolsWithEffort: false };
    expect(encode({ tools: [f], reasoning: { effort: 'low' } }, capabilities).dropped).toEqual(['reasoning']);
    const able: Partial<Capabilities> = { ...capabilities, effortLevels: ['none', 'low'] };
    expect(encode({ tools: [f], reasoning: { effort: 'low' } }, able).body['reasoning_effort']).toBe('none');
    expect(encode({ reasoning: { effort: 'low' } }, able).body['reasoning_effort']).toBe('low');
  });
});

describe('the choice of a tool', () => {
  const choose = (toolChoice: NonNullable<ChatRequest['toolChoice']>, capabilities = {}) =>
    encode({ tools: [f, { kind: 'freeform', name: 'g' }], toolChoice }, capabilities);

  it.each([
    [{ mode: 'auto' }, 'auto'],
    [{ mode: 'none' }, 'none'],
    [{ mode: 'any' }, 'required'],
    [
      { mode: 'one', names: ['f'] },
      { type: 'function', function: { name: 'f' } },
    ],
    [
      { mode: 'one', names: ['g'] },
      { type: 'custom', custom: { name: 'g' } },
    ],
    [{ mode: 'auto', parallel: false }, undefined],
  ] as const)('%j is %j', (choice, wire) => {
    expect(choose(choice).body['tool_choice']).toEqual(wire);
  });

  it('may be a few of them', () => {
    expect(choose({ mode: 'any', names: ['f', 'g'] }).body['tool_choice']).toEqual({
      type: 'allowed_tools',
      allowed_tools: {
        mode: 'required',
        tools: [
          { type: 'function', function: { name: 'f' } },
          { type: 'custom', custom: { name: 'g' } },
        ],
      },
    });
  });

  it('is not forced on a model that cannot be', () => {
    const { body, dropped } = choose({ mode: 'one', names: ['f'] }, { forcedToolChoice: false });
    expect([body['tool_choice'], dropped]).toEqual(['auto', ['tool_choice']]);
  });

  it('needs tools', () => {
    const { body } = encode({ toolChoice: { mode: 'any', parallel: false } });
    expect(Object.keys(body)).toEqual(['model', 'messages']);
  });
});

describe('messages', () => {
  const later: Message[] = [
    { role: 'user', content: [text('a')] },
    { role: 'system', rank: 'developer', content: [text('later')] },
  ];

  it('keep later instructions in place, of the rank that the model knows', () => {
    expect(messagesOf(later).messages).toMatchObject([{}, { role: 'developer', content: 'later' }]);
    expect(messagesOf(later, { developerRole: false }).messages).toMatchObject([{}, { role: 'system' }]);
  });

  it('have one system message and turns that alternate where the model knows no other way', () => {
    const reminder = text('<system-reminder>\nlater\n</system-reminder>');
    const answer: Message = { role: 'assistant', content: [text('b')] };
    const next: Message = { role: 'user', content: [text('c')], name: 'ann' };
    const [asked, instruction] = later;
    if (!asked || !instruction) throw new Error('There are two messages.');
    const strict = { systemFirstOnly: true };
    expect(messagesOf([asked, instruction, answer, next], strict).messages).toEqual([
      { role: 'user', content: [text('a'), reminder] },
      { role: 'assistant', content: 'b' },
      { role: 'user', name: 'ann', content: 'c' },
    ]);
    expect(messagesOf([asked, answer, instruction, next], strict).messages).toEqual([
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
      { role: 'user', name: 'ann', content: [reminder, text('c')] },
    ]);
    const system = ['one', 'two'].map(
      (one) => ({ role: 'system', rank: 'system', content: [text(one)] }) as const,
    );
    expect(encode({ system }, strict).body['messages']).toMatchObject([
      { role: 'system', content: 'one\n\ntwo' },
      { role: 'user' },
    ]);
  });

  it('mark what to cache where the model can', () => {
    const messages: Message[] = [{ role: 'user', content: [{ ...text('a'), cache: { ttl: '30m' } }] }];
    const mark = { type: 'text', text: 'a', prompt_cache_breakpoint: { mode: 'explicit', ttl: '30m' } };
    expect(messagesOf(messages, { promptCacheBreakpoints: true }).messages).toMatchObject([
      { content: [mark] },
    ]);
  });

  it('put results before all else, their media after all results, and say what failed', () => {
    const image: MediaPart = {
      type: 'media',
      media: 'image',
      source: { type: 'base64', mimeType: 'image/png', data: 'AA' },
    };
    const content: Message['content'] = [
      text('What now?'),
      { type: 'tool-result', callId: 'c1', isError: true, content: [text('partial'), image] },
      { type: 'tool-result', callId: 'c2', content: [text('a'), text('b')] },
      { type: 'tool-result', callId: 'c3', content: [], json: { ok: 1 } },
      { type: 'tool-result', callId: 'c4', content: [image] },
    ];
    const wireImage = { type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } };
    const parts = [text('a'), text('b')];
    const expected = (two: unknown): readonly unknown[] => [
      { role: 'tool', tool_call_id: 'c1', content: 'Error: partial' },
      { role: 'tool', tool_call_id: 'c2', content: two },
      { role: 'tool', tool_call_id: 'c3', content: '{"ok":1}' },
      { role: 'tool', tool_call_id: 'c4', content: '(see the next message)' },
      { role: 'user', content: [wireImage, wireImage, text('What now?')] },
    ];
    const messages = [{ role: 'user', content } as Message];
    expect(messagesOf(messages).messages).toEqual(expected(parts));
    expect(messagesOf(messages, { toolMessageParts: false }).messages).toEqual(expected('a\nb'));
  });

  it('give reasoning back only to models that want it', () => {
    const thought = { type: 'reasoning', form: 'raw', text: 'plan' } as const;
    const messages: Message[] = [{ role: 'assistant', content: [thought, text('a'), call] }];
    const without = messagesOf(messages);
    expect(without.dropped).toEqual(['messages.reasoning']);
    expect(without.messages).toEqual([
      {
        role: 'assistant',
        content: 'a',
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
    ]);
    const replayed = messagesOf(messages, { reasoningReplay: 'reasoning_content' });
    expect(replayed).toMatchObject({ dropped: [], messages: [{ reasoning_content: 'plan' }] });
  });

  it('never hold an empty list or a turn without content', () => {
    const raw = { type: 'raw', protocol: 'anthropic', value: {} } as const;
    const { messages, dropped } = messagesOf([
      { role: 'user', content: [raw] },
      { role: 'assistant', content: [raw] },
      { role: 'assistant', content: [{ ...call, arguments: '' }] },
    ]);
    expect(messages).toMatchObject([
      { role: 'user', content: '' },
      { role: 'assistant', content: '' },
      { role: 'assistant', content: null, tool_calls: [{ function: { arguments: '{}' } }] },
    ]);
    expect(dropped).toEqual(['messages', 'messages']);
  });

  const media = (kind: MediaPart['media'], source: MediaPart['source']): Message[] => [
    { role: 'user', content: [{ type: 'media', media: kind, source }] },
  ];
  const url = { type: 'url', url: 'https://e.com/x' } as const;

  it.each([
    ['audio/mpeg', 'mp3'],
    ['audio/x-wav', 'wav'],
    ['audio/flac', 'flac'],
  ])('name the format of %s %s', (mimeType, format) => {
    const { messages } = messagesOf(media('audio', { type: 'base64', mimeType, data: 'AA' }));
    expect(messages).toMatchObject([{ content: [{ input_audio: { data: 'AA', format } }] }]);
  });

  it.each<[string, Message[], Partial<Capabilities>]>([
    ['a document by URL', media('document', url), {}],
    ['audio by URL', media('audio', url), {}],
    ['a video', media('video', { type: 'base64', mimeType: 'video/mp4', data: 'AA' }), {}],
    ["another provider's file", media('document', { type: 'file', id: 'x', owner: 'gemini' }), {}],
    ['an image by URL', media('image', url), { urlImages: false }],
  ])('refuse %s', (_name, messages, capabilities) => {
    expect(() => messagesOf(messages, capabilities)).toThrow(GatewayError);
  });
});
