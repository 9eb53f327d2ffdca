import { defineHook, mapText, refuse } from '@dragoman/plugin';
import { openai } from '@dragoman/plugin-openai';
import {
  checkHook,
  describeHook,
  openAiStream,
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
