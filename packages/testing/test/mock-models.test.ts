import { afterEach, beforeEach, expect, it } from 'vitest';
import { decodeSse, type MockModels, startMockModels } from '../src/upstreams.ts';

const slept: number[] = [];
let models: MockModels;
beforeEach(async () => {
  slept.length = 0;
  const sleep = async (ms: number): Promise<void> => void slept.push(ms);
  models = await startMockModels([], { models: ['small', 'large'], sleep });
});
afterEach(() => models.close());

function post(path: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(models.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
}

const chat = (content: string, own: object = {}): Promise<Response> =>
  post('/v1/chat/completions', { model: 'small', messages: [{ role: 'user', content }], ...own });

async function textOf(response: Response): Promise<string> {
  const { choices } = (await response.json()) as { choices: { message: { content: string } }[] };
  return choices[0]?.message.content ?? '';
}

it('gives each request the next turn, unless a matcher answers it', async () => {
  models.say('one', ({ says }) => `you said ${says}`);
  models.when({ says: /weather/, wire: 'openai-chat', stream: false }, 'Sunny.');
  models.when(({ model }) => model === 'large', 'I am large.');
  expect(await textOf(await chat('first'))).toBe('one');
  expect(await textOf(await chat('the weather'))).toBe('Sunny.');
  expect(await textOf(await chat('the weather'))).toBe('Sunny.');
  expect(await textOf(await chat('hi', { model: 'large' }))).toBe('I am large.');
  expect(models.turnsLeft).toBe(1);
  expect(await textOf(await chat('second'))).toBe('you said second');
});

it('refuses what the script does not have', async () => {
  const response = await chat('anybody?');
  expect(response.status).toBe(400);
  expect(await response.text()).toContain('The script has no turn for \\"anybody?\\".');
  expect((await post('/v1/embeddings', {})).status).toBe(404);
});

it('fails in the words of each wire', async () => {
  models.when(() => true, { error: 'overloaded', message: 'Later.', retryAfterSeconds: 7 });
  const told = [];
  for (const path of ['/chat/completions', '/responses', '/v1/messages', '/models/m:generateContent']) {
    const response = await post(path, {});
    expect(response.headers.get('retry-after')).toBe('7');
    told.push([response.status, ((await response.json()) as { error: unknown }).error]);
  }
  expect(told).toMatchObject([
    [503, { type: 'server_error', message: 'Later.' }],
    [503, { type: 'server_error', message: 'Later.' }],
    [529, { type: 'overloaded_error', message: 'Later.' }],
    [503, { status: 'UNAVAILABLE', message: 'Later.' }],
  ]);
});

it('waits before an answer and before each event', async () => {
  models.say({ text: ['a', 'b'], delayMs: 500, paceMs: 20 });
  const frames = decodeSse(await (await chat('hi', { stream: true })).text());
  expect(slept).toEqual([500, ...frames.map(() => 20)]);
  expect(frames.length).toBeGreaterThan(4);
});

it('ends streams badly', async () => {
  models.say({ text: 'a', ends: 'truncated' }, { text: 'a', ends: 'cut' }, { text: 'a', ends: 'silent' });
  expect(await (await chat('hi', { stream: true })).text()).not.toContain('[DONE]');
  await expect((await chat('hi', { stream: true })).text()).rejects.toThrow('terminated');
  const { body } = await chat('hi', { stream: true });
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  let read = '';
  while (!read.includes('"content":"a"')) read += (await reader?.read())?.value ?? '';
  await reader?.cancel();
  await models.lastRequest.call.aborted;
});

it('ends whole replies badly', async () => {
  models.say({ text: 'a', ends: 'error' }, { text: 'a', ends: 'truncated' }, { text: 'a', ends: 'cut' });
  expect((await chat('hi')).status).toBe(503);
  await expect((await chat('hi')).json()).rejects.toThrow(SyntaxError);
  await expect((await chat('hi')).text()).rejects.toThrow('terminated');
});

it('says that a reply was too long', async () => {
  models.when(() => true, { text: 'And so', finish: 'length' });
  const reasons = [];
  for (const path of ['/chat/completions', '/responses', '/v1/messages', '/models/m:generateContent'])
    reasons.push(
      /"(length|max_output_tokens|max_tokens|MAX_TOKENS)"/.exec(await (await post(path, {})).text())?.[1],
    );
  expect(reasons).toEqual(['length', 'max_output_tokens', 'max_tokens', 'MAX_TOKENS']);
});

it('tells what it was asked in the same terms for all wires', async () => {
  models.when(() => true, 'Fine.');
  const parameters = { type: 'object' };
  await post('/v1/chat/completions', {
    model: 'm',
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
      { role: 'assistant', content: null, tool_calls: [] },
      { role: 'tool', tool_call_id: 'c', content: '9°' },
    ],
    tools: [{ type: 'function', function: { name: 'get_weather', parameters } }],
  });
  await post('/v1/responses', {
    model: 'm',
    instructions: 'Be brief.',
    input: [
      { role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
      { role: 'assistant', content: '' },
      { type: 'function_call', call_id: 'c', name: 'get_weather', arguments: '{}' },
      { type: 'function_call_output', call_id: 'c', output: '9°' },
    ],
    tools: [{ type: 'function', name: 'get_weather', parameters }],
  });
  await post('/v1/messages', {
    model: 'm',
    system: [{ type: 'text', text: 'Be brief.' }],
    messages: [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'c', name: 'get_weather', input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c', content: '9°' }] },
    ],
    tools: [{ name: 'get_weather', input_schema: parameters }],
  });
  await post('/v1beta/models/m:generateContent', {
    systemInstruction: { parts: [{ text: 'Be brief.' }] },
    contents: [
      { role: 'user', parts: [{ text: 'Hi' }] },
      { role: 'model', parts: [{ functionCall: { name: 'get_weather', args: {} } }] },
      { role: 'user', parts: [{ functionResponse: { name: 'get_weather', response: { output: '9°' } } }] },
    ],
    tools: [{ functionDeclarations: [{ name: 'get_weather', parameters }] }],
  });
  const messages = [
    { role: 'user', text: 'Hi' },
    { role: 'assistant', text: '' },
    { role: 'tool', text: expect.stringContaining('9°') as string },
  ];
  const told = { model: 'm', stream: false, system: 'Be brief.', messages, tools: ['get_weather'] };
  expect(models.requests).toMatchObject(
    ['openai-chat', 'openai-responses', 'anthropic', 'gemini'].map((wire) => ({ ...told, wire })),
  );
});

it('streams a JSON array to those who do not ask for SSE', async () => {
  models.say('Hello there');
  const response = await post('/v1beta/models/m:streamGenerateContent', {});
  expect(await response.json()).toMatchObject([
    { candidates: [{ content: { parts: [{ text: 'Hello' }] } }] },
    { candidates: [{ content: { parts: [{ text: ' there' }] } }] },
    { candidates: [{ finishReason: 'STOP' }] },
  ]);
});

it('lists its models in the form of the client', async () => {
  const list = async (path: string, headers: Record<string, string> = {}): Promise<unknown> =>
    (await fetch(models.url + path, { headers })).json();
  expect(await list('/v1/models')).toMatchObject({ data: [{ id: 'small' }, { id: 'large' }] });
  expect(await list('/v1/models', { 'anthropic-version': '2023-06-01' })).toMatchObject({ last_id: 'large' });
  expect(await list('/v1beta/models')).toMatchObject({ models: [{ name: 'models/small' }, {}] });
});

it('waits for requests, and forgets everything when it is reset', async () => {
  models.say('one', 'two');
  const waiting = models.waitForRequest(1);
  await chat('hi');
  expect(await waiting).toBe(models.lastRequest);
  models.when(() => true, 'never');
  models.reset();
  expect([models.turnsLeft, models.requests.length]).toEqual([0, 0]);
  expect((await chat('hi')).status).toBe(400);
});
