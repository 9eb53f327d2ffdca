import { expect, it } from 'vitest';
import { formsOf, replaceSecrets } from './secret-texts.ts';

it.each<[string, string, string]>([
  ['a key', 'key-12345678', 'Wrong key [redacted].'],
  ['a key with a scheme', 'Bearer key-12345678', 'Wrong key [redacted].'],
  ['a key with a scheme that nobody knows', 'Quill key-12345678', 'Wrong key [redacted].'],
])('%s is found without its scheme', (_, value, text) => {
  expect(replaceSecrets('Wrong key key-12345678.', { values: formsOf(value), headers: [] })).toBe(text);
});

it('is found with its scheme as a whole, and a phrase of several words only as that', () => {
  const secrets = { values: formsOf('Quill key-12345678'), headers: [] };
  expect(replaceSecrets('Sent: Quill key-12345678', secrets)).toBe('Sent: [redacted]');
  expect(formsOf('correct horse battery staple')).toEqual([
    'correct horse battery staple',
    'correct%20horse%20battery%20staple',
  ]);
  expect(formsOf('short')).toEqual([]);
});
