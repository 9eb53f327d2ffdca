import { defined, type JsonObject, type JsonValue } from '@dragoman/plugin';
import { openai } from '@dragoman/plugin-openai';
import OpenAI from 'openai';
import {
  openAiError,
  responsesBrokenStream,
  responsesReply,
  responsesStream,
  responsesTruncatedStream,
} from '@dragoman/testing/upstreams';
import { describeProtocol, describeProvider } from '@dragoman/testing';

const {
  protocols: [, protocol],
  providers: [provider],
} = openai();
const calls = [
  { id: 'call_1', name: 'get_weather', arguments: ['{"city":', '"Oslo"}'] },
  { id: 'call_2', name: 'get_time', arguments: ['{}'] },
];

const request: JsonObject = {
  model: 'echo',
  stream: true,
  instructions: 'Be brief.',
  input: [
    { role: 'developer', content: 'Be kind.' },
    {
      role: 'user',
      content: [
        { type: 'input_text', text: 'Hello' },
        { type: 'input_image', image_url: 'https://x.example/a.png', detail: 'low' },
        { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,AAAA' },
      ],
    },
    {
      type: 'reasoning',
      id: 'rs_1',
      summary: [{ type: 'summary_text', text: 'Hm.' }],
      encrypted_content: 'gA',
    },
    { type: 'function_call', call_id: 'c1', name: 'look', arguments: '{"at":"it"}' },
    { type: 'function_call_output', call_id: 'c1', output: 'dark' },
  ],
  tools: [
    { type: 'function', name: 'look', parameters: { type: 'object' }, strict: false },
    { type: 'custom', name: 'patch', format: { type: 'grammar', syntax: 'lark', definition: 'start: "x"' } },
  ],
  tool_choice: 'auto',
  reasoning: { effort: 'low', summary: 'auto' },
  text: { format: { type: 'json_schema', name: 'n', schema: { type: 'object' } }, verbosity: 'low' },
  max_output_tokens: 100,
  temperature: 0,
  metadata: { a: 'b' },
  include: ['reasoning.encrypted_content'],
  store: false,
};

/** What can be compared of a response, whole or assembled. */
function project({ id, model, status, output, usage, incomplete_details }: JsonObject): JsonObject {
  const items = (output as readonly JsonObject[]).map((item) => {
    // The SDK adds what it parsed.
    const { parsed_arguments: _, content, ...rest } = item;
    const parts = (content as readonly JsonObject[] | undefined)?.map(({ parsed: __, ...part }) => part);
    return parts ? { ...rest, content: parts } : rest;
  });
  return defined({ id, model, status, items, usage, incomplete_details });
}

async function assemble(stream: string): Promise<JsonValue> {
  const client = new OpenAI({
    apiKey: 'none',
    maxRetries: 0,
    fetch: () => Promise.resolve(new Response(stream, { headers: { 'content-type': 'text/event-stream' } })),
  });
  const response = await client.responses.stream({ model: 'm', input: 'q' }).finalResponse();
  if (response.error) throw new Error(response.error.message);
  return project(JSON.parse(JSON.stringify(response)) as JsonObject);
}

describeProtocol('openai-responses', {
  protocol,
  path: '/v1/responses',
  request,
  refused: [
    { change: { model: 7 }, field: 'model' },
    { change: { input: 7 }, field: 'input' },
    { change: { input: [{ role: 'alien', content: 'x' }] }, field: 'input[0].role' },
    { change: { input: [{ role: 'user', content: 7 }] }, field: 'input[0].content' },
    { change: { input: [{ type: 'function_call', call_id: 'c' }] }, field: 'input[0].name' },
    {
      change: { input: [{ role: 'user', content: [{ type: 'input_image' }] }] },
      field: 'input[0].content[0].image_url',
    },
    { change: { tools: [{ type: 'function' }] }, field: 'tools[0].name' },
    { change: { tool_choice: 'sometimes' }, field: 'tool_choice' },
    { change: { reasoning: { effort: 'huge' } }, field: 'reasoning.effort' },
    { change: { text: { format: { type: 'xml' } } }, field: 'text.format.type' },
    { change: { max_output_tokens: 0 }, field: 'max_output_tokens' },
  ],
  replies: { parts: ['text', 'reasoning', 'refusal', 'tool-call'] },
  assemble,
  project,
  statuses: { billing: 429 },
});

describeProvider('openai, with Responses', {
  type: provider,
  options: (url) => ({ baseUrl: `${url}/v1`, apiKey: 'sk-of-the-upstream', wire: 'responses' as const }),
  secrets: ['sk-of-the-upstream'],
  answers: [
    {
      name: 'with text',
      reply: { stream: responsesStream([{ text: ['Hel', 'lo wörld 🙂'] }]) },
      expected: {
        choices: [{ reason: 'stop', content: [{ type: 'text', text: 'Hello wörld 🙂' }] }],
        usage: { input: 12, output: 7, cacheRead: 4, reasoning: 2 },
      },
    },
    {
      name: 'with calls after sealed reasoning',
      reply: {
        stream: responsesStream([{ reasoning: ['Let me', ' see.'], sealed: 'gAAA' }, { tools: calls }]),
      },
      expected: {
        choices: [
          {
            reason: 'tool-use',
            content: [
              { type: 'reasoning', form: 'summary', text: 'Let me see.', opaque: { data: 'gAAA' } },
              { id: 'call_1', name: 'get_weather', arguments: '{"city":"Oslo"}' },
              { id: 'call_2', name: 'get_time', arguments: '{}' },
            ],
          },
        ],
      },
    },
    {
      name: 'with a refusal, in one body',
      reply: { body: responsesReply([{ refusal: ['No', '.'] }]) },
      expected: { choices: [{ reason: 'content-filter', content: [{ type: 'refusal', text: 'No.' }] }] },
    },
    {
      name: 'cut by the length, compressed',
      reply: { stream: responsesStream([{ text: ['Hel'] }], 'max_output_tokens'), gzip: true },
      expected: { choices: [{ reason: 'max-tokens' }] },
    },
  ],
  failures: [
    {
      name: 'its key is refused',
      reply: openAiError(401, { message: 'Incorrect API key provided: sk-of-the-upstream' }),
      kind: 'upstream-auth',
    },
    { name: 'a bad request', reply: openAiError(400, { type: 'invalid_request_error' }), kind: 'invalid' },
    {
      name: 'a full context',
      reply: openAiError(400, { code: 'context_length_exceeded' }),
      kind: 'context-window',
    },
    { name: 'a rate limit', reply: openAiError(429), kind: 'rate-limit' },
    { name: 'no server', reply: { cut: 'headers' }, kind: 'upstream-unreachable' },
    {
      name: 'no last event',
      reply: { stream: responsesTruncatedStream([{ text: ['Hel'] }]) },
      kind: 'upstream-broken',
      midstream: true,
    },
    {
      name: 'a response that failed',
      reply: { stream: responsesBrokenStream([{ text: ['Hel'] }]) },
      kind: 'upstream-broken',
      midstream: true,
    },
    {
      name: 'an error in the stream',
      reply: { stream: responsesBrokenStream([{ text: ['Hel'] }], 'error') },
      kind: 'upstream-broken',
      midstream: true,
    },
  ],
  silences: [
    { name: 'before the headers', reply: { hang: 'headers' } },
    { name: 'after a word', reply: { stream: responsesTruncatedStream([{ text: ['Hel'] }]), hang: true } },
  ],
  models: { reply: { body: { object: 'list', data: [{ id: 'a', object: 'model' }] } }, ids: ['a'] },
});
