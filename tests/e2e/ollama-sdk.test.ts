import { echo } from '@dragoman/plugin-echo';
import { Ollama, type ChatResponse, type Tool } from 'ollama';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StoredToolCall } from '../../core/src/trace/store.ts';
import type { TraceDetail } from '../../core/src/trace/worker/detail.ts';
import type { TraceRecord } from '../../packages/plugin/src/canonical/trace-record.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, startMockUpstream } from '@dragoman/testing/upstreams';
import { ollama } from '../support/ollama/ollama.ts';

let upstream: MockUpstream;
let gateway: RunningGateway;
let client: Ollama;
beforeAll(async () => {
  upstream = await startMockUpstream();
  gateway = await startGateway({
    plugins: [ollama(), echo()],
    traces: { record: 'full', redact: { paths: ['$..arguments.email'] } },
    server: { keepAliveMs: 10 },
    upstreams: [
      { id: 'echo', provider: 'echo', options: { delayMs: 0 } },
      { id: 'slow', provider: 'echo', models: { list: ['slow'] }, options: { delayMs: 35 } },
      {
        ...{ id: 'up', provider: 'ollama', models: { list: ['llama'] } },
        options: { baseUrl: `${upstream.url}/api` },
      },
    ],
  });
  client = new Ollama({ host: gateway.url, headers: { authorization: `Bearer ${gateway.key}` } });
});
beforeEach(async () => {
  upstream.reset();
  await gateway.admin('DELETE', '/traces');
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

const weather: Tool = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather of a city.',
    parameters: { type: 'object', required: ['city'], properties: { city: { type: 'string' } } },
  },
};
const say = (content: string, model = 'echo') => ({ model, messages: [{ role: 'user', content }] });

async function newest(): Promise<TraceRecord> {
  const { traces } = await gateway.admin<{ readonly traces: readonly TraceRecord[] }>('GET', '/traces');
  const [trace] = traces;
  if (!trace) throw new Error('There is no trace.');
  return trace;
}

const detail = (id: string): Promise<TraceDetail> => gateway.admin('GET', `/traces/${id}/detail`);

async function toolCalls(): Promise<readonly StoredToolCall[]> {
  return (await gateway.admin<{ readonly calls: readonly StoredToolCall[] }>('GET', '/tool-calls')).calls;
}

async function all(stream: AsyncIterable<ChatResponse>): Promise<readonly ChatResponse[]> {
  const chunks: ChatResponse[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

const textOf = (chunks: readonly ChatResponse[]): string =>
  chunks.map(({ message }) => message.content).join('');

describe('the SDK of a protocol whose streams are lines of JSON', () => {
  it('gets an answer in one piece and as a stream', async () => {
    const whole = await client.chat(say('Hello'));
    expect(whole).toMatchObject({ model: 'echo', done: true, done_reason: 'stop', eval_count: 3 });
    expect(whole.message).toEqual({ role: 'assistant', content: 'You said: Hello' });
    const chunks = await all(await client.chat({ ...say('Hello'), stream: true }));
    expect(textOf(chunks)).toBe('You said: Hello');
    expect(chunks.length).toBeGreaterThan(3);
    expect(chunks.at(-1)).toMatchObject({ done: true, done_reason: 'stop', eval_count: 3 });
  });

  it.each([false, true])('calls a tool and sends its result back (as a stream: %s)', async (stream) => {
    const asked = { ...say('The weather for {"city": "Oslo"}?'), tools: [weather] };
    const [reply] = stream
      ? (await all(await client.chat({ ...asked, stream: true }))).filter(({ message }) => message.tool_calls)
      : [await client.chat(asked)];
    const calls = reply?.message.tool_calls ?? [];
    expect(calls).toEqual([{ function: { name: 'get_weather', arguments: { city: 'Oslo' } } }]);
    const trace = await newest();
    expect(trace).toMatchObject({ protocol: 'ollama', finish: 'tool-use', outcome: 'ok' });
    expect(await toolCalls()).toMatchObject([
      { name: 'get_weather', arguments: '{"city":"Oslo"}', state: 'ok' },
    ]);
    const { events } = await detail(trace.id);
    expect(events.map(({ event }) => event.type)).toContain('block-start');

    const answered = await client.chat({
      ...{ model: 'echo', tools: [weather] },
      messages: [
        ...asked.messages,
        { role: 'assistant', content: '', tool_calls: calls },
        { role: 'tool', content: 'Rain', tool_name: 'get_weather' },
      ],
    });
    expect(answered.message.content).toContain('Rain');
    expect(await toolCalls()).toMatchObject([{ name: 'get_weather', result: { text: 'Rain' } }]);
  });

  it('ignores keep-alives while an upstream is silent', async () => {
    const response = await gateway.post('/api/chat', say('Hello', 'slow'));
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    const text = await response.text();
    expect(text).toMatch(/^ +\{/);
    expect(text).toMatch(/\n +\{/);
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    expect(textOf(lines.map((line) => JSON.parse(line) as ChatResponse))).toBe('You said: Hello');
  });

  it('sees failures before the stream and in it', async () => {
    await expect(client.chat(say('Hello', 'nobody'))).rejects.toMatchObject({
      status_code: 404,
      message: expect.stringContaining('nobody') as string,
    });
    const stream = await client.chat({ ...say('Hello', 'echo-error-midstream'), stream: true });
    await expect(all(stream)).rejects.toThrow('failed in the middle');
  });
});

describe('what is fixed in a protocol', () => {
  it('answers everyone where it is open', async () => {
    const stranger = new Ollama({ host: gateway.url });
    expect(await stranger.version()).toEqual({ version: '0.12.0' });
    await expect(stranger.ps()).rejects.toMatchObject({ status_code: 401 });
    const head = await fetch(`${gateway.url}/api/version`, { method: 'HEAD' });
    expect(head.status).toBe(200);
  });

  it('answers with what the key may use, and reads bodies', async () => {
    const { models } = await client.list();
    expect(models.map(({ name }) => name)).toContain('llama');
    expect((await client.ps()).models.map(({ name }) => name)).toEqual(models.map(({ name }) => name));
    expect((await client.show({ model: 'llama' })).capabilities).toEqual(['completion', 'tools']);
    await expect(client.show({ model: 'nobody' })).rejects.toMatchObject({
      ...{ status_code: 404, message: "model 'nobody' not found" },
    });
    const limited = await gateway.createKey({ name: 'limited', models: ['llama'] });
    const other = new Ollama({ host: gateway.url, headers: { authorization: `Bearer ${limited}` } });
    expect((await other.ps()).models.map(({ name }) => name)).toEqual(['llama']);
  });

  it('is not traced', async () => {
    await client.ps();
    expect((await gateway.admin<{ readonly traces: readonly unknown[] }>('GET', '/traces')).traces).toEqual(
      [],
    );
  });

  it.each(['{"model":', '[]'])('refuses the body %s in its envelope', async (body) => {
    const response = await gateway.post('/api/show', body);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error: expect.stringContaining('JSON') as string });
  });
});

describe('a key in a place that only its protocol has', () => {
  const basic = (key: string) => ({ authorization: `Basic ${btoa(`anyone:${key}`)}` });
  const cookie = (key: string) => ({ cookie: `theme=dark; ollama_key=${key}` });
  const ask = (headers: Readonly<Record<string, string>>): Promise<Response> =>
    fetch(`${gateway.url}/api/chat`, {
      ...{ method: 'POST', body: JSON.stringify({ ...say('Hello'), stream: false }) },
      headers: { 'content-type': 'application/json', ...headers },
    });

  it.each([
    ['the password of Basic authentication', basic],
    ['its cookie', cookie],
  ])('is taken from %s, and kept nowhere', async (_, placed) => {
    const headers = placed(gateway.key);
    expect((await ask(headers)).status).toBe(200);
    const kept = JSON.stringify(await detail((await newest()).id));
    expect(kept).toContain('You said: Hello');
    expect(kept).not.toContain(gateway.key);
    expect(kept).not.toContain(btoa(`anyone:${gateway.key}`));
    expect((await ask(placed('sk-wrong'))).status).toBe(401);
  });

  it.each([
    ['the password of Basic authentication', basic],
    ['its cookie', cookie],
  ])('is not taken from %s where a page of another site sends it', async (_, placed) => {
    const foreign = await ask({ ...placed(gateway.key), origin: 'https://elsewhere.example' });
    expect(foreign.status).toBe(403);
    expect(await foreign.json()).toEqual({ error: expect.stringContaining('other sites') as string });
    expect((await ask({ ...placed(gateway.key), 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await ask({ ...placed(gateway.key), origin: gateway.url })).status).toBe(200);
  });
});

describe('below the paths of a protocol', () => {
  it.each([
    ['GET', '/api/nothing', 404, null],
    ['GET', '/api', 404, null],
    ['GET', '/api/chat', 405, 'POST'],
    ['POST', '/api/version', 405, 'HEAD, GET'],
  ])('%s %s is refused in its envelope', async (method, path, status, allow) => {
    const response = await fetch(gateway.url + path, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([status, allow]);
    expect(await response.json()).toEqual({ error: expect.any(String) as string });
  });
});

describe('an upstream that speaks the same wire', () => {
  const head = { model: 'llama', created_at: '2026-01-01T00:00:00Z' };
  const said = (message: object, rest: object = { done: false }): string =>
    `${JSON.stringify({ ...head, message: { role: 'assistant', content: '', ...message }, ...rest })}\n`;
  const call = { function: { name: 'get_weather', arguments: { city: 'Oslo', email: 'a@b.example' } } };
  const end = { done: true, done_reason: 'stop', prompt_eval_count: 7, eval_count: 5 };
  const headers = { 'content-type': 'application/x-ndjson' };

  it('gives its bytes, and they are counted, traced and redacted line by line', async () => {
    const rawBody = said({ content: 'Let me see.' }) + said({ tool_calls: [call] }) + said({}, end);
    upstream.reply({ rawBody, headers });
    const response = await gateway.post('/api/chat', { ...say('Hi', 'llama'), tools: [weather] });
    expect(await response.text()).toBe(rawBody);
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    expect(upstream.lastCall.path).toBe('/api/chat');
    const trace = await newest();
    expect(trace).toMatchObject({ finish: 'tool-use', inputTokens: 7, outputTokens: 5, outcome: 'ok' });
    const [traced] = await toolCalls();
    expect(traced).toMatchObject({ name: 'get_weather' });
    expect(JSON.stringify(await detail(trace.id))).not.toContain('a@b.example');
    expect(JSON.stringify(await detail(trace.id))).toContain('Let me see.');
  });

  it('that breaks off between two lines has its failure told, and what came is counted', async () => {
    upstream.reply({ rawBody: said({ content: 'Hello there, you' }), headers, cut: true });
    const stream = await client.chat({ ...say('Hi', 'llama'), stream: true });
    await expect(all(stream)).rejects.toThrow(/^(?!Did not receive)/);
    const { outputTokens, outcome } = await newest();
    expect([outcome, outputTokens]).toEqual(['error', 4]);
  });

  it('that fails at once is told as such', async () => {
    upstream.reply({ status: 500, body: { error: 'No memory left.' } });
    await expect(client.chat({ ...say('Hi', 'llama'), stream: true })).rejects.toThrow('No memory left.');
  });
});

it('the playground asks through the protocol and reads its lines', async () => {
  const text = await gateway.admin<string>('POST', '/playground/chat', {
    protocol: 'ollama',
    request: {
      ...{ model: 'echo', system: [], tools: [], sampling: {}, reasoning: {} },
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
    },
  });
  const events = text.split('\n\n').filter((block) => block.startsWith('event: event'));
  expect(
    events.map((block) => JSON.parse(block.slice(block.indexOf('data: ') + 6)) as unknown),
  ).toContainEqual({
    ...{ type: 'finish', reason: 'stop' },
    usage: { input: 1, output: 3 },
  });
});
