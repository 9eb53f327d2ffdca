import { isJsonObject, type JsonObject, type JsonValue } from '@dragoman/plugin';
import { gemini } from '@dragoman/plugin-gemini';
import {
  geminiBrokenStream,
  geminiError,
  geminiReply,
  geminiStream,
  geminiTruncatedStream,
} from '@dragoman/testing/upstreams';
import { readGemini } from '../support/read-gemini.ts';
import { describeProtocol, describeProvider } from '@dragoman/testing';

const {
  protocols: [protocol],
  providers: [provider],
} = gemini();
const calls = [
  { id: '', name: 'get_weather', arguments: ['{"city":"Oslo"}'] },
  { id: '', name: 'get_time', arguments: ['{}'] },
];

const request: JsonObject = {
  systemInstruction: { parts: [{ text: 'Be brief.' }] },
  contents: [
    {
      role: 'user',
      parts: [{ text: 'Hello' }, { inlineData: { mimeType: 'image/png', data: 'AAAA' } }],
    },
    {
      role: 'model',
      parts: [
        { text: 'Hm.', thought: true },
        { functionCall: { name: 'look', args: { at: 'it' } }, thoughtSignature: 'c2ln' },
      ],
    },
    { role: 'user', parts: [{ functionResponse: { name: 'look', response: { output: 'dark' } } }] },
  ],
  tools: [
    {
      functionDeclarations: [
        {
          name: 'look',
          description: 'Looks.',
          parameters: { type: 'OBJECT', properties: { at: { type: 'STRING', nullable: true } } },
        },
      ],
    },
  ],
  toolConfig: { functionCallingConfig: { mode: 'AUTO' } },
  generationConfig: {
    temperature: 0,
    maxOutputTokens: 100,
    stopSequences: ['END'],
    responseMimeType: 'application/json',
    responseSchema: { type: 'OBJECT' },
    thinkingConfig: { includeThoughts: true, thinkingBudget: 1024 },
  },
  safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }],
};

/** Neighbouring texts are one text; where a stream cuts them means nothing. */
function joined(parts: readonly JsonValue[]): readonly JsonObject[] {
  const all: JsonObject[] = [];
  for (const part of parts.filter(isJsonObject)) {
    const { text, thought = false, functionCall } = part;
    const last = all.at(-1);
    if (functionCall) all.push({ functionCall });
    else if (last && last['text'] !== undefined && last['thought'] === thought)
      all[all.length - 1] = { ...last, text: `${last['text'] as string}${text as string}` };
    else if (text !== '') all.push({ text: text ?? '', thought });
  }
  return all;
}

function project(body: JsonObject): JsonObject {
  const [candidate] = body['candidates'] as readonly JsonObject[];
  const { parts } = (candidate?.['content'] ?? {}) as { readonly parts?: readonly JsonValue[] };
  const { modelVersion, responseId, usageMetadata } = body;
  return {
    parts: joined(parts ?? []),
    finishReason: candidate?.['finishReason'] ?? null,
    modelVersion: modelVersion ?? null,
    responseId: responseId ?? null,
    usageMetadata: usageMetadata ?? null,
  };
}

async function assemble(stream: string, contentType: string): Promise<JsonValue> {
  const chunks = await readGemini(
    contentType.startsWith('application/json') ? eventsOfArray(stream) : stream,
  );
  const parts = chunks.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? []);
  const last = JSON.parse(JSON.stringify(chunks.at(-1))) as JsonObject;
  const [candidate] = last['candidates'] as readonly JsonObject[];
  const content = { parts: JSON.parse(JSON.stringify(parts)) as JsonValue };
  return project({ ...last, candidates: [{ ...candidate, content }] });
}

/** The SDK asks for server-sent events only; other clients read the same chunks as one array. */
function eventsOfArray(text: string): string {
  const chunks = JSON.parse(text) as readonly JsonObject[];
  return chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('');
}

describeProtocol('gemini', {
  protocol,
  path: '/v1beta/models/{*model}\\:streamGenerateContent',
  params: { model: 'echo' },
  request,
  refused: [
    { change: { contents: [] }, field: 'contents' },
    { change: { contents: 'x' }, field: 'contents' },
    { change: { contents: [{ role: 'alien', parts: [] }] }, field: 'contents[0].role' },
    { change: { contents: [{ parts: [{ text: 7 }] }] }, field: 'contents[0].parts[0].text' },
    {
      change: { contents: [{ parts: [{ inlineData: { data: 'AAAA' } }] }] },
      field: 'contents[0].parts[0].inlineData.mimeType',
    },
    {
      change: { tools: [{ functionDeclarations: [{ description: 'x' }] }] },
      field: 'tools[0].functionDeclarations[0].name',
    },
    {
      change: { toolConfig: { functionCallingConfig: { mode: 'SOMETIMES' } } },
      field: 'toolConfig.functionCallingConfig.mode',
    },
    { change: { generationConfig: { temperature: 'hot' } }, field: 'generationConfig.temperature' },
    { change: { generation_config: { top_p: 'x' }, generationConfig: null }, field: 'generationConfig.topP' },
  ],
  replies: { parts: ['text', 'reasoning', 'tool-call'] },
  forms: [{ name: 'as an array' }],
  assemble,
  project,
  statuses: { billing: 429 },
});

describeProvider('gemini', {
  type: provider,
  options: (url) => ({ baseUrl: url, apiKey: 'AIza-of-the-upstream' }),
  secrets: ['AIza-of-the-upstream'],
  answers: [
    {
      name: 'with text',
      reply: { stream: geminiStream([{ text: ['Hel', 'lo wörld 🙂'] }]) },
      expected: {
        choices: [{ reason: 'stop', content: [{ type: 'text', text: 'Hello wörld 🙂' }] }],
        usage: { input: 12, output: 7, cacheRead: 4, reasoning: 2 },
      },
    },
    {
      name: 'with signed calls after a thought',
      reply: {
        stream: geminiStream([{ reasoning: ['Let me', ' see.'] }, { tools: calls, signature: 'c2ln' }]),
      },
      expected: {
        choices: [
          {
            reason: 'tool-use',
            content: [
              { type: 'reasoning', text: 'Let me see.' },
              {
                name: 'get_weather',
                arguments: '{"city":"Oslo"}',
                opaque: { protocol: 'gemini', data: 'c2ln' },
              },
              { name: 'get_time', arguments: '{}' },
            ],
          },
        ],
      },
    },
    {
      name: 'as a JSON array',
      reply: { body: geminiStream([{ text: ['Hel', 'lo'] }]).map(({ data }) => data) },
      expected: { choices: [{ content: [{ text: 'Hello' }] }] },
    },
    {
      name: 'cut by the length, compressed',
      reply: { body: geminiReply([{ text: ['Hel'] }], 'MAX_TOKENS'), gzip: true },
      expected: { choices: [{ reason: 'max-tokens' }] },
    },
    {
      name: 'nothing, since it was blocked',
      reportsUsage: false,
      reply: { body: { promptFeedback: { blockReason: 'SAFETY' } } },
      expected: { choices: [{ reason: 'content-filter', content: [] }] },
    },
  ],
  failures: [
    {
      name: 'its key is refused',
      reply: geminiError(400, 'INVALID_ARGUMENT', {
        message: 'API key not valid: AIza-of-the-upstream',
        details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' }],
      }),
      kind: 'upstream-auth',
    },
    { name: 'an unknown model', reply: geminiError(404, 'NOT_FOUND'), kind: 'upstream-model' },
    { name: 'a bad request', reply: geminiError(400, 'INVALID_ARGUMENT'), kind: 'invalid' },
    {
      name: 'a full context',
      reply: geminiError(400, 'INVALID_ARGUMENT', {
        message: 'The input token count (2000000) exceeds the maximum number of tokens allowed (1048576).',
      }),
      kind: 'context-window',
    },
    {
      name: 'a rate limit',
      reply: geminiError(429, 'RESOURCE_EXHAUSTED', {
        details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '1.5s' }],
      }),
      kind: 'rate-limit',
      retryAfterMs: 1500,
    },
    { name: 'an overload', reply: geminiError(503, 'UNAVAILABLE'), kind: 'overloaded' },
    {
      name: 'a page of HTML',
      reply: { status: 502, rawBody: '<html>Bad gateway</html>' },
      kind: 'upstream-broken',
    },
    { name: 'no server', reply: { cut: 'headers' }, kind: 'upstream-unreachable' },
    {
      name: 'a call that the model botched',
      reply: { body: geminiReply([{ text: ['x'] }], 'MALFORMED_FUNCTION_CALL') },
      kind: 'upstream-broken',
      midstream: true,
    },
    {
      name: 'no reason',
      reply: { stream: geminiTruncatedStream([{ text: ['Hel'] }]) },
      kind: 'upstream-broken',
      midstream: true,
    },
    {
      name: 'an error in the stream',
      reply: { stream: geminiBrokenStream([{ text: ['Hel'] }]) },
      kind: 'overloaded',
      midstream: true,
    },
  ],
  silences: [
    { name: 'before the headers', reply: { hang: 'headers' } },
    { name: 'after a word', reply: { stream: geminiTruncatedStream([{ text: ['Hel'] }]), hang: true } },
  ],
  models: {
    reply: { body: { models: [{ name: 'models/gemini-a', displayName: 'A', inputTokenLimit: 5 }] } },
    ids: ['gemini-a'],
  },
});
