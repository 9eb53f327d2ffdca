import { describe, expect, it } from 'vitest';
import { parsePath } from './json-path.ts';
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

  it('in an address are never kept', () => {
    expect(redactQuery('alt=sse&key=AIza123')).toBe('alt=sse&key=%5Bredacted%5D');
    expect(redactUrl('https://user:pass@example.org/v1?api_key=s&x=1')).toBe(
      'https://[redacted]@example.org/v1?api_key=%5Bredacted%5D&x=1',
    );
  });
});
