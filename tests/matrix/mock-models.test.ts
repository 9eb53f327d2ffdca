import { failureOf } from '@dragoman/testing';
import { type BadEnd, type MockModels, startMockModels } from '@dragoman/testing/upstreams';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startGateway } from '../support/gateway.ts';
import { aiSdkClients } from './ai-sdk-clients.ts';
import type { Answer, Question } from './client.ts';
import { anthropicMessages, googleGenAi, openAiChat, openAiResponses } from './sdk-clients.ts';
import { SPEAKERS } from './upstreams.ts';

const CLIENTS = [openAiChat, openAiResponses, anthropicMessages, googleGenAi, ...aiSdkClients];

const tools = [{ name: 'get_weather', schema: { type: 'object', properties: { city: { type: 'string' } } } }];
const calls = ['Paris', 'Oslo'].map((city) => ({ name: 'get_weather', arguments: { city } }));

let models: MockModels;
beforeAll(async () => {
  models = await startMockModels();
});
beforeEach(() => models.reset());
afterAll(() => models.close());

describe.each(CLIENTS)('the scripted models, asked by $name', ({ connect, finishes }) => {
  const ask = (own: Partial<Question>): Promise<Answer> =>
    connect({ url: models.url, key: 'any' })({ model: 'm', text: 'Hi', stream: true, ...own });

  it.each([true, false])('think, answer and call tools; streamed: %s', async (stream) => {
    models.say({ reasoning: 'Let me think.', text: 'Hello — 你好 🌍!' }, { calls });
    expect(await ask({ stream, wantsReasoning: true })).toMatchObject({
      text: 'Hello — 你好 🌍!',
      reasoning: 'Let me think.',
      finish: finishes.stop,
    });
    expect(await ask({ stream, text: 'Weather?', tools })).toMatchObject({
      calls: calls.map(({ name, arguments: args }) => ({ name, args })),
      finish: finishes.calls,
    });
    expect(models.requests).toMatchObject([
      { model: 'm', stream, says: 'Hi', tools: [] },
      { model: 'm', stream, says: 'Weather?', tools: ['get_weather'] },
    ]);
    expect(models.turnsLeft).toBe(0);
  });

  it.each([true, false])('report an error in its words; streamed: %s', async (stream) => {
    models.say({ error: 'rate-limit', message: 'Slow down.' });
    expect(String(await failureOf(ask({ stream })))).toContain('Slow down.');
  });

  it.each<BadEnd>(['error', 'cut'])('end a stream badly: %s', async (ends) => {
    models.say({ text: 'Half of it', ends });
    expect(await failureOf(ask({}))).toBeInstanceOf(Error);
  });
});

it.each(SPEAKERS)(
  'the scripted models stand behind a gateway as an upstream of $wire',
  async ({ config }) => {
    const gateway = await startGateway({
      upstreams: [{ id: 'up', ...config(models.url), models: { list: ['m'] } }],
    });
    try {
      models.when({ says: 'Hi', model: 'm', stream: true }, { text: 'Hello there.' });
      const ask = openAiChat.connect(gateway);
      expect(await ask({ model: 'm', text: 'Hi', stream: true })).toMatchObject({ text: 'Hello there.' });
    } finally {
      await gateway.close();
    }
  },
);
