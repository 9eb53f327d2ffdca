import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { plainText } from '../../plugins/echo/test/example/plain-text.ts';
import { describeProvider } from './describe-provider.ts';

const [type] = plainText().providers;
const folder = new URL('../../plugins/echo/', import.meta.url);

describeProvider('of the README', {
  type,
  options: (baseUrl) => ({ baseUrl, apiKey: 'key-of-the-example' }),
  secrets: ['key-of-the-example'],
  answers: [
    {
      name: 'with text',
      reply: { rawBody: 'Wörld 🙂' },
      expected: { choices: [{ reason: 'stop', content: [{ type: 'text', text: 'Wörld 🙂' }] }] },
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

describe('the README of the echo plugin', () => {
  it('shows the example that is tested, in 40 lines', async () => {
    const source = await readFile(new URL('test/example/plain-text.ts', folder), 'utf8');
    const readme = await readFile(new URL('README.md', folder), 'utf8');
    expect(readme).toContain(`\`\`\`ts\n${source}\`\`\`\n`);
    expect(source.trimEnd().split('\n').length).toBeLessThanOrEqual(40);
  });
});
