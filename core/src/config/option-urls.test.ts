import { describe, expect, it } from 'vitest';
import { originsOf, urlsOf } from './option-urls.ts';

describe('urlsOf', () => {
  it('finds URLs at any depth and passes over other texts', () => {
    const options = {
      baseUrl: 'https://api.test/v1',
      proxies: [{ url: 'socks5://proxy.test:1080' }, { url: 'none' }],
      word: 'hello: //world',
      key: null,
      size: 3,
    };
    expect(urlsOf(options).map(({ path }) => path)).toEqual([['baseUrl'], ['proxies', 0, 'url']]);
  });
});

describe('originsOf', () => {
  it.each([
    ['https://api.test/v1', 'https://API.test:443/v2?x=1'],
    ['http://api.test', 'http://api.test:80/'],
    ['ws://api.test:9/a', 'ws://user@api.test:9/b'],
  ])('are the same of %s and %s', (one, other) => {
    expect(originsOf({ url: one })).toEqual(originsOf({ url: other }));
  });

  it.each([
    ['https://api.test', 'http://api.test'],
    ['https://api.test', 'https://api.test:8443'],
    ['https://api.test', 'https://api.test.evil.test'],
    ['https://api.test', 'https://evil.test/https://api.test'],
    ['wss://api.test', 'https://api.test'],
  ])('differ of %s and %s', (one, other) => {
    expect(originsOf({ url: one })).not.toEqual(originsOf({ url: other }));
  });
});
