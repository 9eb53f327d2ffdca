import { defineHook, mapText, refuse } from '@dragoman/plugin';
import { openai } from '@dragoman/plugin-openai';
import {
  checkHook,
  describeHook,
  openAiStream,
  startMockModels,
  startMockUpstream,
  startTestGateway,
} from '@dragoman/testing';
import { expect, it } from 'vitest';
import { z } from 'zod';

const shout = defineHook({
  name: 'shout',
  title: 'Shout',
  description: 'Writes replies in capitals, and refuses whispers.',
  options: z.strictObject({}),
  create: () => ({
    request(request) {
      if (JSON.stringify(request.messages).includes('psst')) refuse('Speak up.', 'whisper');
      return request;
    },
    reply: (events) => mapText(events, () => ({ push: (text) => text.toUpperCase(), end: () => '' })),
  }),
});

describeHook('shout', {
  type: shout,
  options: {},
  requests: [{ name: 'a whisper', says: 'psst', refused: 'whisper' }],
  replies: [
    {
      name: 'a greeting',
      reply: 'Hello',
      expected: { choices: [{ content: [{ type: 'text', text: 'HELLO' }] }] },
    },
  ],
});

it('returns what is wrong', async () => {
  const problems = await checkHook({
    type: shout,
    options: {},
    requests: [{ name: 'a shout', says: 'HO!', refused: 'too_loud' }],
  });
  expect(problems).toMatchObject([{ rule: 'decides', message: 'The hook does not refuse it.' }]);
});

it('shouts in a gateway', async () => {
  const upstream = await startMockUpstream();
  upstream.handle('/v1/chat/completions', () => ({ stream: openAiStream([{ text: ['Hel', 'lo'] }]) }));
  const gateway = await startTestGateway({
    plugins: [openai(), { name: 'shout', hooks: [shout] }],
    upstreams: [
      { id: 'mock', provider: 'openai', options: { baseUrl: `${upstream.url}/v1`, apiKey: 'sk-1' } },
    ],
    hooks: [{ id: 'shout', hook: 'shout' }],
  });
  const response = await gateway.post('/v1/chat/completions', {
    model: 'mock/any',
    messages: [{ role: 'user', content: 'Hi' }],
  });
  expect(await response.json()).toMatchObject({ choices: [{ message: { content: 'HELLO' } }] });
  expect(await gateway.traceOf(response)).toMatchObject({ outcome: 'ok', upstream: 'mock' });
  await gateway.close();
  await upstream.close();
});

it('asks a model that calls a tool', async () => {
  const models = await startMockModels([
    { reasoning: 'I must look.', calls: [{ name: 'get_weather', arguments: { city: 'Oslo' } }] },
    ({ says }) => `It is ${says} in Oslo.`,
    { error: 'rate-limit', retryAfterSeconds: 2 },
  ]);
  models.when({ says: /weather on Mars/ }, { refusal: 'Nobody knows.' });

  const ask = (content: string) =>
    fetch(`${models.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'any', messages: [{ role: 'user', content }] }),
    });
  expect(await (await ask('Weather in Oslo?')).text()).toContain('get_weather');
  expect(await (await ask('fine')).text()).toContain('It is fine in Oslo.');
  expect((await ask('Weather in Rome?')).status).toBe(429);
  expect(await (await ask('The weather on Mars?')).text()).toContain('Nobody knows.');

  expect(models.lastRequest).toMatchObject({ wire: 'openai-chat', says: 'The weather on Mars?' });
  await models.close();
});
