import { guard } from '@dragoman/plugin-guard';
import { describeHook } from '@dragoman/testing';

const [guardHook] = guard().hooks;
const MAIL = 'alice@example.com';
const CARD = '4111 1111 1111 1111';
const KEY = 'sk-aB3dE6gH9jK2mN5pQ8sT1vW4';

const says = (text: string) => ({ messages: [{ content: [{ type: 'text' as const, text }] }] });
const answers = (text: string) => ({ choices: [{ content: [{ type: 'text' as const, text }] }] });

describeHook('guard', {
  type: guardHook,
  options: {
    emails: 'mask',
    creditCards: 'refuse',
    secrets: 'mask',
    words: ['acme'],
    wordsAction: 'pass',
    places: ['system', 'messages', 'tool-results', 'tool-arguments', 'reply', 'reply-arguments'],
    webhookSecret: 'of-my-own-webhook',
  },
  secrets: [KEY, CARD, 'of-my-own-webhook'],
  // A mail address has at most 320 characters.
  holdsBack: 320,
  requests: [
    { name: 'a harmless question', says: 'Hello', expected: says('Hello'), findings: [] },
    {
      name: 'an address',
      says: `I am ${MAIL} of ACME.`,
      expected: says('I am [EMAIL_1] of ACME.'),
      findings: [
        { rule: 'words', action: 'pass', detail: '1 in messages' },
        { rule: 'email', action: 'change', detail: '1 in messages' },
      ],
    },
    {
      name: 'a card',
      says: `Pay with ${CARD}`,
      refused: 'content_refused',
      findings: [{ action: 'refuse' }],
    },
  ],
  replies: [
    {
      name: 'an address of the request',
      says: MAIL,
      reply: 'To [EMAIL_1]!',
      expected: answers(`To ${MAIL}!`),
    },
    {
      name: 'another address, and a key',
      says: MAIL,
      reply: `bob@example.com, ${KEY}, [EMAIL_1]`,
      expected: answers(`[EMAIL_2], [SECRET_1], ${MAIL}`),
    },
    { name: 'a card', reply: `It is ${CARD}.`, refused: 'content_refused' },
  ],
});
