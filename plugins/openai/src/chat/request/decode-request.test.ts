import { type ChatRequest, GatewayError, type JsonObject } from '@dragoman/plugin';
import { describe, expect, it } from 'vitest';
import { inputOf } from '../../../test/client.ts';
import { decodeRequest } from './decode-request.ts';

const hi = { role: 'user', content: 'hi' };

function decode(body: JsonObject): ChatRequest {
  return decodeRequest(inputOf({ model: 'm', messages: [hi], ...body }));
}

function refusalOf(body: JsonObject): GatewayError {
  try {
    decode(body);
  } catch (error) {
    if (GatewayError.is(error)) return error;
    throw error;
  }
  throw new Error('Nothing was refused.');
}

const user = (part: JsonObject): JsonObject => ({ messages: [{ role: 'user', content: [part] }] });
const assistant = (fields: JsonObject): JsonObject => ({ messages: [hi, { role: 'assistant', ...fields }] });
const tool = (fields: JsonObject): JsonObject => ({ tools: [fields] });

describe('a request is refused', () => {
  const cases: readonly (readonly [string, JsonObject])[] = [
    ['model', { model: '' }],
    ['model', { model: null }],
    ['messages', { messages: [] }],
    ['messages', { messages: null }],
    ['messages[0]', { messages: ['hi'] }],
    ['messages[1].role', { messages: [hi, { content: 'x' }] }],
    ['messages[1].role', { messages: [hi, { role: 'bot', content: 'x' }] }],
    ['messages[0].content', { messages: [{ role: 'user', content: { text: 'x' } }] }],
    ['messages[0].content[0]', { messages: [{ role: 'user', content: ['x'] }] }],
    ['messages[0].content[0].type', user({ text: 'x' })],
    ['messages[0].content[0].text', user({ type: 'text', text: 5 })],
    ['messages[0].content[0].image_url', user({ type: 'image_url', image_url: 'https://e.com/a.png' })],
    ['messages[0].content[0].image_url.url', user({ type: 'image_url', image_url: { url: 'file:///etc' } })],
    [
      'messages[0].content[0].image_url.detail',
      user({ type: 'image_url', image_url: { url: 'https://e.com', detail: 'x' } }),
    ],
    [
      'messages[0].content[0].input_audio.data',
      user({ type: 'input_audio', input_audio: { format: 'wav' } }),
    ],
    ['messages[0].content[0].file.file_data', user({ type: 'file', file: { filename: 'a.pdf' } })],
    ['messages[0].content[0].file.file_data', user({ type: 'file', file: { file_data: 'plain' } })],
    ['messages[0].content[0].type', { messages: [{ role: 'system', content: [{ type: 'image_url' }] }] }],
    ['messages[1].tool_calls[0].id', assistant({ tool_calls: [{ function: { name: 'f' } }] })],
    ['messages[1].tool_calls[0].type', assistant({ tool_calls: [{ id: 'c', type: 'x' }] })],
    ['messages[1].tool_calls[0].function', assistant({ tool_calls: [{ id: 'c' }] })],
    [
      'messages[1].tool_calls[0].function.arguments',
      assistant({ tool_calls: [{ id: 'c', function: { name: 'f', arguments: {} } }] }),
    ],
    ['messages[0].tool_call_id', { messages: [{ role: 'tool', content: 'x' }] }],
    ['tools', { tools: {} }],
    ['tools[0].type', tool({ function: { name: 'f' } })],
    ['tools[0].function', tool({ type: 'function' })],
    ['tools[0].function.name', tool({ type: 'function', function: { name: '' } })],
    ['tools[0].function.parameters', tool({ type: 'function', function: { name: 'f', parameters: [] } })],
    ['tool_choice', { tool_choice: 'maybe' }],
    ['tool_choice.type', { tool_choice: { type: 'x' } }],
    ['tool_choice.function.name', { tool_choice: { type: 'function', function: {} } }],
    [
      'tool_choice.allowed_tools.tools',
      { tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto' } } },
    ],
    ['function_call', { function_call: 'maybe' }],
    ['parallel_tool_calls', { parallel_tool_calls: 'no' }],
    ['max_tokens', { max_tokens: 1.5 }],
    ['max_tokens', { max_completion_tokens: 5, max_tokens: 'x' }],
    ['max_completion_tokens', { max_completion_tokens: 0 }],
    ['temperature', { temperature: '0' }],
    ['n', { n: 0 }],
    ['stop', { stop: 5 }],
    ['stop[1]', { stop: ['a', null] }],
    ['seed', { seed: 0.5 }],
    ['logit_bias.50256', { logit_bias: { 50256: '-100' } }],
    ['logprobs', { logprobs: 1 }],
    ['stream', { stream: 'true' }],
    ['stream_options', { stream_options: true }],
    ['stream_options.include_usage', { stream_options: { include_usage: 1 } }],
    ['reasoning_effort', { reasoning_effort: 3 }],
    ['response_format.type', { response_format: {} }],
    ['response_format.json_schema', { response_format: { type: 'json_schema' } }],
    ['metadata.a', { metadata: { a: 1 } }],
    ['modalities[0]', { modalities: [1] }],
  ];
  it.each(cases)('by the name of its field: %s', (field, body) => {
    const { kind, message, details } = refusalOf(body);
    expect([kind, details.field]).toEqual(['invalid', field]);
    expect(message).toContain(field);
  });
});

describe('a request is decoded', () => {
  it('with nothing added', () => {
    expect(decode({})).toEqual({
      protocol: 'openai-chat',
      model: 'm',
      stream: false,
      system: [],
      messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
      tools: [],
      sampling: {},
      reasoning: {},
    });
  });

  it('with 0 as a value and nothing clamped', () => {
    const { sampling } = decode({ temperature: 0, top_p: 0, seed: 0, presence_penalty: -9, top_logprobs: 0 });
    expect(sampling).toEqual({ temperature: 0, topP: 0, seed: 0, presencePenalty: -9, topLogprobs: 0 });
  });

  it('with null for what is absent', () => {
    expect(decode({ temperature: null, stop: null, tools: null, stream: null })).toEqual(decode({}));
  });

  it('with the new name of a limit before the old one', () => {
    const request = decode({ max_tokens: 5, max_completion_tokens: 7 });
    expect([request.maxTokens, request.extensions]).toEqual([7, undefined]);
    expect(decode({ max_tokens: 5 }).maxTokens).toBe(5);
  });

  it('with what it does not know kept in its place', () => {
    const request = decode({
      chat_template_kwargs: { enable_thinking: false },
      stream: true,
      stream_options: { include_usage: true, include_obfuscation: false },
      tools: [{ type: 'function', function: { name: 'f', x_inner: 1 }, x_outer: 2 }],
      messages: [
        {
          role: 'user',
          content: [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral' } }],
          x_user: 1,
        },
        { role: 'assistant', content: 'b', audio: { id: 'audio_1' } },
      ],
    });
    expect(request.extensions?.['openai-chat']).toEqual({
      chat_template_kwargs: { enable_thinking: false },
      stream_options: { include_obfuscation: false },
    });
    expect(request.tools[0]?.extensions).toEqual({ 'openai-chat': { x_outer: 2, function: { x_inner: 1 } } });
    expect(request.messages).toMatchObject([
      {
        extensions: { 'openai-chat': { x_user: 1 } },
        content: [{ extensions: { 'openai-chat': { cache_control: { type: 'ephemeral' } } } }],
      },
      { extensions: { 'openai-chat': { audio: { id: 'audio_1' } } } },
    ]);
  });

  it('with the leading system and developer messages apart', () => {
    const roles = ['system', 'developer', 'user', 'system'];
    const { system, messages } = decode({ messages: roles.map((role) => ({ role, content: role })) });
    expect(system.map(({ rank }) => rank)).toEqual(['system', 'developer']);
    expect(messages.map(({ role }) => role)).toEqual(['user', 'system']);
  });

  it('with images, sounds, files and parts of other servers', () => {
    const parts = [
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA', detail: 'low' } },
      { type: 'image_url', image_url: { url: 'https://e.com/a.png' } },
      { type: 'input_audio', input_audio: { data: 'BBBB', format: 'mp3' } },
      { type: 'file', file: { file_data: 'data:application/pdf;base64,CCCC', filename: 'a.pdf' } },
      { type: 'file', file: { file_id: 'file-1' } },
      { type: 'video_url', video_url: { url: 'https://e.com/v.mp4' } },
    ];
    const [message] = decode({ messages: [{ role: 'user', content: parts }] }).messages;
    expect(message?.content).toEqual([
      {
        type: 'media',
        media: 'image',
        detail: 'low',
        source: { type: 'base64', mimeType: 'image/png', data: 'AAAA' },
      },
      { type: 'media', media: 'image', source: { type: 'url', url: 'https://e.com/a.png' } },
      { type: 'media', media: 'audio', source: { type: 'base64', mimeType: 'audio/mp3', data: 'BBBB' } },
      {
        type: 'media',
        media: 'document',
        name: 'a.pdf',
        source: { type: 'base64', mimeType: 'application/pdf', data: 'CCCC' },
      },
      { type: 'media', media: 'document', source: { type: 'file', id: 'file-1', owner: 'openai-chat' } },
      { type: 'raw', protocol: 'openai-chat', value: parts[5] },
    ]);
  });

  it('with a turn of the assistant in order, and the results of its calls in one turn', () => {
    const { messages } = decode({
      messages: [
        hi,
        {
          role: 'assistant',
          content: 'Text',
          reasoning_content: 'Thought',
          refusal: 'No',
          tool_calls: [
            { id: 'c1', type: 'function', function: { name: 'f', arguments: '' } },
            { id: 'c2', type: 'custom', custom: { name: 'g', input: 'raw' } },
          ],
        },
        { role: 'tool', tool_call_id: 'c1', content: 'one' },
        { role: 'tool', tool_call_id: 'c2', content: [{ type: 'text', text: 'two' }] },
        hi,
      ],
    });
    expect(messages.map(({ content }) => content.map(({ type }) => type))).toEqual([
      ['text'],
      ['reasoning', 'text', 'refusal', 'tool-call', 'tool-call'],
      ['tool-result', 'tool-result'],
      ['text'],
    ]);
    expect(messages[1]?.content[3]).toMatchObject({ arguments: '{}', form: 'json' });
    expect(messages[1]?.content[4]).toMatchObject({ arguments: 'raw', form: 'freeform' });
  });

  it('with functions of before', () => {
    const request = decode({
      functions: [{ name: 'f', parameters: { type: 'object' } }],
      function_call: { name: 'f' },
      messages: [
        hi,
        { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } },
        { role: 'function', name: 'f', content: 'done' },
      ],
    });
    expect(request.tools).toEqual([{ kind: 'function', name: 'f', schema: { type: 'object' } }]);
    expect(request.toolChoice).toEqual({ mode: 'one', names: ['f'] });
    expect(request.messages[1]?.content).toMatchObject([{ type: 'tool-call', id: 'call_f' }]);
    expect(request.messages[2]?.content).toMatchObject([{ type: 'tool-result', callId: 'call_f' }]);
  });

  it('with tools and the choice among them', () => {
    const grammar = { syntax: 'lark', definition: 'start: "a"' };
    const { tools, toolChoice } = decode({
      tools: [{ type: 'custom', custom: { name: 'g', format: { type: 'grammar', grammar } } }],
      web_search_options: { search_context_size: 'low' },
      tool_choice: {
        type: 'allowed_tools',
        allowed_tools: { mode: 'required', tools: [{ type: 'custom', custom: { name: 'g' } }] },
      },
      parallel_tool_calls: false,
    });
    expect(tools).toEqual([
      { kind: 'freeform', name: 'g', grammar },
      {
        kind: 'hosted',
        name: 'web_search',
        hosted: 'web-search',
        search: { contextSize: 'low' },
        options: { search_context_size: 'low' },
      },
    ]);
    expect(toolChoice).toEqual({ mode: 'any', names: ['g'], parallel: false });
  });

  it('with an effort of another server for its own kind only', () => {
    expect(decode({ reasoning_effort: 'low' }).reasoning).toEqual({ effort: 'low' });
    expect(decode({ reasoning_effort: 'default' })).toMatchObject({
      reasoning: {},
      nativeOnly: ['reasoning_effort'],
    });
  });

  it('with hostile keys as data', () => {
    const { extensions } = decode(JSON.parse('{"__proto__":{"polluted":1},"constructor":2}') as JsonObject);
    expect(Object.keys(extensions?.['openai-chat'] ?? {})).toContain('constructor');
    expect(({} as JsonObject)['polluted']).toBeUndefined();
  });
});
