import { definePlugin } from '@dragoman/plugin';
import { echo } from '@dragoman/plugin-echo';
import { openai } from '@dragoman/plugin-openai';
import { expect, it } from 'vitest';
import { startTestGateway } from '../src/index.ts';
import { openAiStream, startMockUpstream } from '../src/upstreams.ts';

it('answers like a real gateway, and tells what became of a request', async () => {
  const upstream = await startMockUpstream();
  const gateway = await startTestGateway({
    plugins: [openai()],
    upstreams: [{ id: 'mock', provider: 'openai', options: { baseUrl: `${upstream.url}/v1`, apiKey: 'sk' } }],
  });
  upstream.handle('/v1/chat/completions', () => ({ stream: openAiStream([{ text: ['Hel', 'lo'] }]) }));
  const response = await gateway.post('/v1/chat/completions', {
    model: 'mock/gpt',
    stream: true,
    messages: [{ role: 'user', content: 'Hi' }],
  });
  expect(await response.text()).toContain('"content":"Hel"');
  expect(await gateway.traceOf(response)).toMatchObject({
    outcome: 'ok',
    upstream: 'mock',
    upstreamModel: 'gpt',
  });
  expect(gateway.traces).toHaveLength(1);
  await gateway.close();
  await upstream.close();
});

it('runs a plugin of the test, with an observer of its own', async () => {
  const seen: string[] = [];
  const watch = definePlugin(() => ({
    name: 'watch',
    createObserver: () => ({ observe: ({ model = '' }) => void seen.push(model) }),
  }));
  const gateway = await startTestGateway({
    plugins: [openai(), echo(), watch()],
    upstreams: [{ id: 'echo', provider: 'echo', options: { delayMs: 0 } }],
  });
  const key = await gateway.createKey({ name: 'another' });
  const body = { model: 'echo', messages: [{ role: 'user', content: 'Hi' }] };
  const response = await gateway.post('/v1/chat/completions', body, { key });
  await response.text();
  await gateway.traceOf(response);
  expect(seen).toEqual(['echo']);
  await gateway.close();
});
