import { describe, expect, it } from 'vitest';
import { hideUserInfo, originsOf, urlsOf } from './option-urls.ts';

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

describe('hideUserInfo', () => {
  it('hides user names and passwords wherever a URL is, and changes nothing else', () => {
    const plain = { baseUrl: 'https://api.example.com/v1', note: 'a@b', list: [1, null, 'x'] };
    expect(hideUserInfo(plain)).toBe(plain);
    expect(
      hideUserInfo({ ...plain, proxy: { urls: ['socks5://me:hunter22@p:1', 'https://hunter22@q/x?y=1'] } }),
    ).toEqual({ ...plain, proxy: { urls: ['socks5://***@p:1', 'https://***@q/x?y=1'] } });
  });
});
