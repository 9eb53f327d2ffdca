import { describeProvider } from '@dragoman/testing';
import { acme } from './index.ts';

const [type] = acme().providers;

describeProvider('acme', {
  type,
  options: (baseUrl) => ({ baseUrl, apiKey: 'key-of-the-tests' }),
  secrets: ['key-of-the-tests'],
  reportsUsage: false,
  answers: [
    {
      name: 'with text',
      reply: { rawBody: 'Hello there' },
      expected: { choices: [{ reason: 'stop', content: [{ type: 'text', text: 'Hello there' }] }] },
    },
  ],
  failures: [
    { name: 'a rate limit', reply: { status: 429 }, kind: 'rate-limit' },
    { name: 'a broken server', reply: { status: 500, rawBody: 'oops' }, kind: 'upstream-broken' },
    { name: 'no server', reply: { cut: 'headers' }, kind: 'upstream-unreachable' },
    { name: 'a cut reply', reply: { rawBody: 'Hel', cut: true }, kind: 'upstream-broken', midstream: true },
  ],
  silences: [
    { name: 'before the headers', reply: { hang: 'headers' } },
    { name: 'after a word', reply: { rawBody: 'Hello', hang: true } },
  ],
});
