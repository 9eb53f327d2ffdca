import { describe, expect, it } from 'vitest';
import { growth, SUPERLINEAR } from '../../../../tests/support/cpu-time.ts';
import { parsePath } from '../../text/json-path.ts';
import { createRedactor, redactHeaders, redactQuery, redactUrl } from './redact.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);

describe('a JSON path', () => {
  const value = { a: [{ b: 1, c: { b: 2 } }, { b: 3 }], 'd e': 4 };

  it.each([
    ['$.a[*].b', { a: [{ b: 'x', c: { b: 2 } }, { b: 'x' }], 'd e': 4 }],
    ['$.a[1].b', { a: [{ b: 1, c: { b: 2 } }, { b: 'x' }], 'd e': 4 }],
    ['$..b', { a: [{ b: 'x', c: { b: 'x' } }, { b: 'x' }], 'd e': 4 }],
    ["$['d e']", { ...value, 'd e': 'x' }],
    ['$.*', { a: 'x', 'd e': 'x' }],
    ['$.nothing.there', value],
  ])('%s reaches what it names', (path, expected) => {
    expect(parsePath(path)?.(value, () => 'x')).toEqual(expected);
  });

  it.each(['', '$', 'a.b', '$.a[?(@.b)]', '$.a[', '$..'])('%j is none', (path) => {
    expect(parsePath(path)).toBeUndefined();
  });
});

describe('a redactor', () => {
  const none = { paths: [], patterns: [], keepMedia: false };

  it('has nothing to do where there is nothing', () => {
    const redactor = createRedactor(none);
    expect(redactor.isNeeded(bytes(JSON.stringify({ text: 'Some words. '.repeat(1_000) })))).toBe(false);
    expect(createRedactor({ ...none, keepMedia: true }).isNeeded(bytes('A'.repeat(9_000)))).toBe(false);
  });

  it.each([0, 1, 511, 512, 700])('finds media wherever it begins, as after %d signs', (before) => {
    const text = `${' '.repeat(before)}{"data":"${'QUJD'.repeat(256)}"}`;
    const redactor = createRedactor(none);
    expect(redactor.isNeeded(bytes(text))).toBe(true);
    expect(redactor.redact(text)).toMatch(/"data":"\[768 bytes, sha256 [0-9a-f]{64}\]"/);
  });

  it('reads the data of an event as JSON', () => {
    const redactor = createRedactor({ ...none, paths: ['$..email'] });
    expect(redactor.redact('event: x\ndata: {"a":{"email":"me"}}\n\n')).toBe(
      'event: x\ndata: {"a":{"email":"[redacted]"}}\n\n',
    );
    expect(redactor.redact('data: [DONE]\n\n')).toBe('data: [DONE]\n\n');
  });

  it.each([
    '{"email":"me"}',
    '\n data: {"email":"me"}\r\n',
    'event: x\n[{"email":"me"}]',
    'data:{"email":"me"}',
  ])('keeps what stands around the JSON, as in %j', (text) => {
    const redactor = createRedactor({ ...none, paths: ['$..email'] });
    expect(redactor.redact(text)).toBe(text.replace('"me"', '"[redacted]"'));
  });

  it.each(['event: x', 'event: {"email":1}', 'data: {"email"', '', 'data: ', '"email"'])(
    'leaves %j alone',
    (text) => {
      expect(createRedactor({ ...none, paths: ['$..email'] }).redact(text)).toBe(text);
    },
  );

  it('says so when a path cannot be followed, and does not give the text as it is', () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    expect(() => createRedactor({ ...none, paths: ['$..email'] }).redact(deep)).toThrow(RangeError);
  });

  it.each([
    ['bare', 'A'.repeat(1_024), '768'],
    ['with its type', `data:image/png;base64,${'A'.repeat(1_022)}==`, undefined],
    ['of many megabytes', 'A'.repeat(12_000_000), '9000000'],
    ['with a type and of many megabytes', `data:image/png;base64,${'A'.repeat(12_000_000)}`, '9000000'],
    ['with padding', `${'A'.repeat(1_026)}==`, '769'],
    ['of a safe alphabet', '-_'.repeat(600), '900'],
  ])('puts a digest in the place of media, %s', (_, media, size) => {
    const redacted = createRedactor(none).redact(`{"a":"x","data":"${media}","b":["y"]}`);
    const head = /^data:[^,]*,/.exec(media)?.[0] ?? '';
    if (size === undefined) expect(redacted).toContain(media);
    else
      expect(redacted).toMatch(
        new RegExp(`^{"a":"x","data":"${head}\\[${size} bytes, sha256 [0-9a-f]{64}\\]","b":\\["y"\\]}$`),
      );
  });

  it.each([
    ['shorter', `"${'A'.repeat(1_023)}"`],
    ['no text of its own', `"A ${'A'.repeat(2_000)}"`],
    ['followed by something else', `"${'A'.repeat(2_000)}=A"`],
    ['padded too much', `"${'A'.repeat(2_000)}==="`],
    ['not closed', `"${'A'.repeat(2_000)}`],
    ['of a type that does not end', `"data:${'A'.repeat(300)};base64,${'A'.repeat(2_000)}"`],
  ])('keeps what is %s', (_, text) => {
    expect(createRedactor(none).redact(text)).toBe(text);
  });

  describe.each([
    ['spaces before a letter', (n: number) => `${' '.repeat(n)}x`],
    ['spaces before JSON', (n: number) => `${' '.repeat(n)}{`],
    ['lines of an event', (n: number) => `event: ${'\n'.repeat(n)}`],
    ['quotes', (n: number) => '"'.repeat(n)],
    ['beginnings of media', (n: number) => '"data:'.repeat(n / 6)],
    ['media that does not end', (n: number) => `"data:;base64,${'A'.repeat(n)}`],
    ['spaces in JSON', (n: number) => `{"a":"${' '.repeat(n)}x"}`],
  ])('takes time that grows with its text: %s', (_, textOf) => {
    it.each([[['$..email']], [[]]])('with the paths %j', async (paths) => {
      const redactor = createRedactor({ ...none, paths });
      const ratio = await growth(250_000, (n) => {
        const text = textOf(n);
        return () => redactor.redact(text);
      });
      expect(ratio).toBeLessThan(SUPERLINEAR);
    });
  });

  it('takes out every match of a pattern', () => {
    expect(createRedactor({ ...none, patterns: ['\\d{4}'] }).redact('1234 and 5678')).toBe(
      '[redacted] and [redacted]',
    );
  });
});

describe('credentials', () => {
  it.each([
    'authorization',
    'x-api-key',
    'api-key',
    'x-goog-api-key',
    'cookie',
    'set-cookie',
    'proxy-authorization',
    'x-dragoman-pass',
    'x-amz-security-token',
  ])('in the header %s are never kept', (name) => {
    expect(redactHeaders({ [name]: 'secret' })).toEqual({ [name]: '[redacted]' });
  });

  it('are told from headers that only sound like it', () => {
    const headers = {
      'x-ratelimit-remaining-tokens': '5',
      'content-type': 'application/json',
      'anthropic-version': 'v',
    };
    expect(redactHeaders(headers)).toEqual(headers);
  });

  it('in places that a protocol names are never kept', () => {
    const redactor = createRedactor({
      ...{ paths: [], patterns: [], keepMedia: false },
      credentials: { headers: ['x-ticket'], query: ['ticket'] },
    });
    const headers = { 'x-ticket': 'secret', accept: '*/*' };
    expect(redactor.headers(headers)).toEqual({ 'x-ticket': '[redacted]', accept: '*/*' });
    expect(redactor.sentHeaders(headers)).toEqual({ 'x-ticket': '[redacted]', accept: '*/*' });
    expect(redactor.query('a=1&ticket=secret')).toBe('a=1&ticket=%5Bredacted%5D');
  });

  it('in an address are never kept', () => {
    expect(redactQuery('alt=sse&key=AIza123')).toBe('alt=sse&key=%5Bredacted%5D');
    expect(redactUrl('https://user:pass@example.org/v1?api_key=s&x=1')).toBe(
      'https://[redacted]@example.org/v1?api_key=%5Bredacted%5D&x=1',
    );
  });
});
