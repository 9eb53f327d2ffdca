import { describeProvider, openAiModels, openAiReply, openAiStream } from '@dragoman/testing';
import { acme } from './index.ts';

const [type] = acme().providers;
const expected = {
  choices: [{ reason: 'stop' as const, content: [{ type: 'text' as const, text: 'Hello' }] }],
};
const lines = openAiStream([{ text: ['Hel', 'lo'] }])
  .filter(({ data }) => data !== '[DONE]')
  .map(({ data }) => `${JSON.stringify({ result: data })}\n`);

describeProvider('acme', {
  type,
  options: (baseUrl) => ({ baseUrl, apiKey: 'key-of-the-tests' }),
  secrets: ['key-of-the-tests'],
  answers: [
    {
      name: 'whole, in an envelope',
      request: { stream: false },
      reply: { body: { result: openAiReply([{ text: ['Hello'] }]) } },
      expected,
    },
    {
      name: 'as lines of envelopes',
      request: { stream: true },
      reply: {
        headers: { 'content-type': 'application/x-ndjson' },
        rawBody: lines.join(''),
      },
      expected,
    },
  ],
  failures: [
    { name: 'its own rate limit', reply: { status: 400, body: { code: 4029 } }, kind: 'rate-limit' },
    {
      name: 'a wrong key',
      reply: { status: 401, body: { error: { message: 'no' } } },
      kind: 'upstream-auth',
    },
  ],
  silences: [{ name: 'before the headers', reply: { hang: 'headers' } }],
  models: { reply: { body: openAiModels(['demo']) }, ids: ['demo'] },
});
