import type { JsonObject } from '@dragoman/plugin';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SPEAKERS } from '../matrix/upstreams.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, startMockUpstream } from '@dragoman/testing/upstreams';
import { sendRaw } from '../support/raw-request.ts';

describe('reasoning that was sealed for one key', () => {
  let upstream: MockUpstream;
  let gateway: RunningGateway;
  beforeAll(async () => {
    upstream = await startMockUpstream();
    const [speaker] = SPEAKERS.filter(({ wire }) => wire === 'anthropic');
    const config = speaker?.config(upstream.url) ?? { provider: 'anthropic' };
    gateway = await startGateway({ upstreams: [{ id: 'ant', ...config, models: { list: ['m'] } }] });
  });
  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  const ask = async (key: string, messages: readonly unknown[]): Promise<JsonObject> => {
    upstream.reply({
      body: {
        ...{ id: 'msg', type: 'message', role: 'assistant', model: 'm', stop_reason: 'end_turn' },
        ...{ usage: { input_tokens: 1, output_tokens: 1 } },
        content: [
          { type: 'thinking', thinking: 'Let me think.', signature: 'SIGNED' },
          { type: 'text', text: 'Hello.' },
        ],
      },
    });
    const reply = await sendRaw(gateway.url, {
      path: '/v1/chat/completions',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ model: 'm', messages }),
    });
    expect(reply.status).toBe(200);
    const { choices } = JSON.parse(reply.body) as { choices: readonly { message: JsonObject }[] };
    return choices[0]?.message ?? {};
  };

  it('reaches the upstream for that key alone', async () => {
    const question = { role: 'user', content: 'hi' };
    const answer = await ask(gateway.key, [question]);
    expect(JSON.stringify(answer)).toContain('reasoning_details');
    expect(JSON.stringify(answer)).not.toContain('SIGNED');

    await ask(gateway.key, [question, answer, question]);
    expect(upstream.lastCall.rawBody.toString()).toContain('"signature":"SIGNED"');

    await ask(await gateway.createKey({ name: 'other' }), [question, answer, question]);
    expect(upstream.lastCall.rawBody.toString()).not.toContain('SIGNED');
  });
});
