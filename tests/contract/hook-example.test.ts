import { openAiStream, startMockUpstream } from '@dragoman/testing/upstreams';
import { expect, it } from 'vitest';
import { startGateway } from '../support/gateway.ts';
import config from '../types/guides/gateway.config.ts';

it('the hook of the guide keeps a name from upstreams, puts it back, and refuses a word', async () => {
  const upstream = await startMockUpstream();
  const gateway = await startGateway({
    plugins: config.plugins,
    hooks: config.hooks as never,
    upstreams: [
      {
        ...{ id: 'one', provider: 'openai', models: { list: ['m'] } },
        options: { baseUrl: `${upstream.url}/v1`, apiKey: 'sk-up' },
      },
    ],
  });
  const ask = (content: string): Promise<Response> =>
    gateway.post('/v1/chat/completions', { model: 'm', stream: true, messages: [{ role: 'user', content }] });
  try {
    upstream.reply({ stream: openAiStream([{ text: ['Hello, ', '▢', '!'] }]) });
    const text = await (await ask('I am Ada.')).text();
    expect(JSON.stringify(upstream.lastCall.body)).toContain('I am ▢.');
    expect(text).toContain('Ada');
    expect(text).not.toContain('▢');
    const refused = await ask('Tell me the launch code.');
    expect([refused.status, await refused.json()]).toMatchObject([
      400,
      { error: { code: 'forbidden_word' } },
    ]);
    expect(upstream.calls).toHaveLength(1);
  } finally {
    await gateway.close();
    await upstream.close();
  }
});
