import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { HOSTILE_SCHEMAS } from '../support/hostile-schemas.ts';
import { type MockUpstream, startMockUpstream } from '@dragoman/testing/upstreams';

let upstream: MockUpstream;
let gateway: RunningGateway;
beforeAll(async () => {
  upstream = await startMockUpstream();
  const options = { baseUrl: upstream.url, apiKey: 'up-key' };
  gateway = await startGateway({
    traces: { record: 'full', redact: { paths: ['$..email'] } },
    upstreams: [
      { id: 'echo', provider: 'echo', options: { delayMs: 0 } },
      { id: 'gem', provider: 'gemini', options },
      { id: 'ant', provider: 'anthropic', options },
    ],
  });
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

interface Failure {
  readonly error: { readonly message: string; readonly param?: string };
}

async function ask(path: string, body: object): Promise<{ readonly status: number; readonly body: Failure }> {
  const response = await gateway.post(path, body);
  return { status: response.status, body: (await response.json()) as Failure };
}

const hi = { role: 'user', content: 'hi' };
const tool = (parameters: object): object => ({ type: 'function', function: { name: 'it', parameters } });
const trap = `${'a'.repeat(40)}!`;

/** The store of traces answers, and has lost nothing. */
async function expectTraces(): Promise<void> {
  await gateway.admin('GET', '/traces');
  const ready = (await (await fetch(`${gateway.url}/readyz`)).json()) as object;
  expect(ready).toMatchObject({ status: 'ready', traces: { status: 'ok', lost: 0 } });
}

describe('the schema of a client', () => {
  it('that stands for billions of nodes is refused by the name of its tool', async () => {
    const schema = HOSTILE_SCHEMAS['properties that refer on'] ?? {};
    const answer = await ask('/v1/chat/completions', {
      model: 'gem/gemini-1.5-pro',
      messages: [hi],
      tools: [tool(schema)],
    });
    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatchObject({
      message: expect.stringMatching(
        /^The schema of the tool "it" is too large: more than 5,000 nodes/,
      ) as string,
      param: 'tools',
    });
    expect(upstream.calls.filter(({ method }) => method === 'POST')).toEqual([]);
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
  });

  it('may hold patterns without end: its trace is kept, and so are all others', async () => {
    const schema = {
      type: 'object',
      properties: { [trap]: {} },
      required: [trap],
      patternProperties: { '^(a+)+$': {} },
    };
    const body = { model: 'echo', messages: [hi], tools: [tool(schema)], tool_choice: 'required' };
    const id = await gateway.chat(body);
    const after = await gateway.chat({ model: 'echo', messages: [hi] });
    for (const trace of [id, after]) {
      await expect
        .poll(() => gateway.admin('GET', `/traces/${trace}`))
        .toMatchObject({ id: trace, bodies: 'kept' });
    }
    expect(await gateway.admin('GET', `/traces/${id}/detail`)).toBeDefined();
    await expectTraces();
  });
});

describe('the text of a client', () => {
  it('may be a million spaces where JSON is redacted', async () => {
    const id = await gateway.chat({
      model: 'echo',
      max_tokens: 1,
      messages: [{ role: 'user', content: `${' '.repeat(1_000_000)}x` }],
    });
    await expect.poll(() => gateway.admin('GET', `/traces/${id}`)).toMatchObject({ id });
    await expectTraces();
  });

  it('may be a picture of many megabytes', async () => {
    const image_url = { url: `data:image/png;base64,${'A'.repeat(6_000_000)}` };
    const content = [{ type: 'image_url', image_url }];
    const id = await gateway.chat({ model: 'echo', messages: [{ role: 'user', content }] });
    const before = await gateway.chat({ model: 'echo', messages: [hi] });
    for (const trace of [id, before])
      await expect.poll(() => gateway.admin('GET', `/traces/${trace}`)).toMatchObject({ id: trace });
    await expectTraces();
  });
});

describe('a history of 20,000 calls', () => {
  const call = (at: number): object => ({
    type: 'tool_use',
    id: `call_${at}`,
    name: 'f',
    input: { text: 'x'.repeat(60) },
  });
  const result = (at: number): object => ({ type: 'tool_result', tool_use_id: `call_${at}`, content: 'x' });
  const all = Array.from({ length: 20_000 }, (_, at) => at);
  const messages = [
    hi,
    { role: 'assistant', content: all.map(call) },
    { role: 'user', content: all.toReversed().map(result) },
  ];

  it.each(['gem/gemini-1.5-pro', 'gem/gemini-3-pro', 'echo'])(
    'is refused for %s before anything is made of it',
    async (model) => {
      const answer = await ask('/v1/messages', { model, max_tokens: 1, messages });
      expect(answer.status).toBe(400);
      expect(answer.body.error.message).toBe('messages[1].content must not have more than 10,000 entries.');
    },
  );
});

describe('embeddings of the echo', () => {
  it('are refused where a small request would make a large answer', async () => {
    const input = Array.from({ length: 9_000 }, () => 'a');
    const answer = await ask('/v1/embeddings', { model: 'echo', input });
    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatchObject({
      param: 'input',
      message: expect.stringContaining('262,144 numbers') as string,
    });
  });
});
