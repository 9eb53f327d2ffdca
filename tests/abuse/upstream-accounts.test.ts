import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, startMockUpstream } from '@dragoman/testing/upstreams';

const ACCOUNT = {
  'openai-organization': 'secret-account',
  'openai-project': 'secret-account',
  'openai-anything': 'secret-account',
  'anthropic-organization-id': 'secret-account',
  'anthropic-anything': 'secret-account',
  'x-goog-user-project': 'secret-account',
};
const HARMLESS = {
  'openai-version': '2020-10-01',
  'openai-processing-ms': '7',
  'anthropic-ratelimit-requests-remaining': '8',
  'x-ratelimit-remaining-tokens': '9',
};
const messages = [{ role: 'user', content: 'hi' }];

describe("the headers of an upstream's reply", () => {
  let upstream: MockUpstream;
  let gateway: RunningGateway;
  beforeAll(async () => {
    upstream = await startMockUpstream();
    const options = { apiKey: 'k', baseUrl: upstream.url };
    gateway = await startGateway({
      upstreams: [
        {
          ...{ id: 'oai', provider: 'openai', models: { list: ['o'] } },
          options: { ...options, baseUrl: `${upstream.url}/v1` },
        },
        { id: 'ant', provider: 'anthropic', models: { list: ['a'] }, options },
        { id: 'gem', provider: 'gemini', models: { list: ['g'] }, options },
      ],
    });
  });
  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  it.each<[string, object, readonly string[]]>([
    ['/v1/chat/completions', { model: 'o', messages }, ['openai-version', 'openai-processing-ms']],
    ['/v1/moderations', { model: 'o', input: 'x' }, ['openai-version', 'openai-processing-ms']],
    ['/v1/messages', { model: 'a', messages, max_tokens: 5 }, ['anthropic-ratelimit-requests-remaining']],
    ['/v1beta/models/g:generateContent', { contents: [{ parts: [{ text: 'hi' }] }] }, []],
  ])('do not tell its account, but what clients use: %s', async (path, json, names) => {
    // An answer on each of the wires.
    const body = { choices: [{}], content: [{}], candidates: [{}] };
    upstream.reply({ headers: { ...ACCOUNT, ...HARMLESS }, body });
    const reply = await fetch(gateway.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' },
      body: JSON.stringify(json),
    });
    await reply.text();
    const headers = Object.fromEntries(reply.headers);
    expect(JSON.stringify(headers)).not.toContain('secret-account');
    for (const name of [...names, 'x-ratelimit-remaining-tokens']) expect(headers).toHaveProperty(name);
  });
});
