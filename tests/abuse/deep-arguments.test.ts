import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, startMockUpstream } from '@dragoman/testing/upstreams';

let upstream: MockUpstream;
let gateway: RunningGateway;
beforeAll(async () => {
  upstream = await startMockUpstream();
  const options = { baseUrl: upstream.url, apiKey: 'up-key' };
  const models = { list: ['m'] };
  gateway = await startGateway({
    upstreams: [
      { id: 'echo', provider: 'echo' },
      { id: 'oai', provider: 'openai', models, options },
      { id: 'ant', provider: 'anthropic', models, options },
      { id: 'gem', provider: 'gemini', models, options },
    ],
  });
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

const deep = `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
const user = { role: 'user', content: 'x' };

it.each(['ant/m', 'gem/m', 'echo'])(
  'deep arguments of a call to %s are refused by their field',
  async (model) => {
    const call = { id: 'c', type: 'function', function: { name: 'f', arguments: deep } };
    const result = { role: 'tool', tool_call_id: 'c', content: 'x' };
    const messages = [user, { role: 'assistant', tool_calls: [call] }, result];
    const chat = await gateway.post('/v1/chat/completions', { model, messages });
    expect([chat.status, await chat.json()]).toMatchObject([
      400,
      { error: { message: 'messages[1].tool_calls[0].function.arguments nests deeper than 512 levels.' } },
    ]);
    const item = { type: 'function_call', call_id: 'c', name: 'f', arguments: deep };
    const responses = await gateway.post('/v1/responses', { model, input: [user, item] });
    expect([responses.status, await responses.json()]).toMatchObject([
      400,
      { error: { message: 'input[1].arguments nests deeper than 512 levels.' } },
    ]);
  },
);

it('a result that nests deeply reaches Gemini as text', async () => {
  upstream.reply({ body: { candidates: [{ content: { parts: [{ text: 'x' }] }, finishReason: 'STOP' }] } });
  const call = { id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } };
  const result = { role: 'tool', tool_call_id: 'c', content: deep };
  const messages = [user, { role: 'assistant', tool_calls: [call] }, result];
  expect((await gateway.post('/v1/chat/completions', { model: 'gem/m', messages })).status).toBe(200);
});

it.each([
  ['/v1/messages', { model: 'oai/m', max_tokens: 5, messages: [user] }],
  ['/v1beta/models/oai/m:generateContent', { contents: [{ parts: [{ text: 'x' }] }] }],
])('deep arguments that an upstream writes reach %s as text', async (path, body) => {
  const tool_calls = [{ id: 'c', type: 'function', function: { name: 'f', arguments: deep } }];
  const message = { role: 'assistant', content: null, tool_calls };
  upstream.reply({ body: { id: 'r', choices: [{ index: 0, message, finish_reason: 'tool_calls' }] } });
  const answer = await gateway.post(path, body);
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain('"_raw":"{');
});
