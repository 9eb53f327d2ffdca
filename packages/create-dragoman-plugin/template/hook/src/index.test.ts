import { describeHook } from '@dragoman/testing';
import { acme } from './index.ts';

const [type] = acme().hooks;

describeHook('acme', {
  type,
  options: { words: ['unicorn'] },
  requests: [
    { name: 'a request without the words', says: 'Tell me about horses.' },
    {
      name: 'a request with a word, in any case',
      says: 'Tell me about UNICORNS.',
      refused: 'word_not_allowed',
      findings: [{ rule: 'words', action: 'refuse' }],
    },
  ],
});
