import { describeProvider, startMockSocket } from '@dragoman/testing';
import { acme } from './index.ts';

const [type] = acme().providers;
const words = [{ ready: true }, { text: 'Hel' }, { text: 'lo' }];

describeProvider('acme', {
  type,
  upstream: startMockSocket,
  options: (url, { loginUrl }) => ({
    ...{ url, loginUrl },
    accounts: [{ user: 'ann', password: 'password-of-the-tests' }],
  }),
  secrets: ['password-of-the-tests', 'token-of-the-tests'],
  login: { reply: { body: { token: 'token-of-the-tests', seconds: 3600 } } },
  reportsUsage: false,
  answers: [
    {
      name: 'with text',
      reply: { messages: [...words, { done: true }] },
      expected: { choices: [{ reason: 'stop', content: [{ type: 'text', text: 'Hello' }] }] },
    },
  ],
  failures: [
    { name: 'an error', reply: { messages: [{ error: 'busy' }] }, kind: 'upstream-broken' },
    {
      name: 'a socket that is closed early',
      reply: { messages: words, close: { code: 1001 } },
      kind: 'upstream-broken',
      midstream: true,
    },
  ],
  silences: [
    { name: 'before the first word', reply: { hang: true } },
    { name: 'after a word', reply: { messages: words, hang: true } },
  ],
});
