import { describe, expect, it } from 'vitest';
import type { Protocol } from '@dragoman/plugin';
import { credentialNames, readCredential, withoutCredentials } from './credentials.ts';

const names = ['x-api-key', 'api-key', 'x-goog-api-key'];

describe('readCredential', () => {
  it.each([
    [{ authorization: 'Bearer the-key' }, ''],
    [{ authorization: 'bearer the-key' }, ''],
    [{ 'x-api-key': 'the-key' }, ''],
    [{ 'api-key': 'the-key' }, ''],
    [{ 'x-goog-api-key': 'the-key' }, ''],
    [{}, 'alt=sse&key=the-key'],
    [{}, 'key=the%2Dkey'],
  ])('finds the key in %j and "?%s"', (headers, querystring) => {
    expect(readCredential({ headers, querystring, names, field: 'key' })).toBe('the-key');
  });

  it('prefers headers, which reach no log of any proxy', () => {
    const headers = { 'x-goog-api-key': 'of-header' };
    expect(readCredential({ headers, names, querystring: 'key=of-query', field: 'key' })).toBe('of-header');
  });

  it('takes none of a query whose protocol has no field for it', () => {
    expect(
      readCredential({ headers: {}, names, querystring: 'key=the-key', field: undefined }),
    ).toBeUndefined();
  });

  it.each([
    [{}, ''],
    [{ authorization: 'Basic dTpw' }, ''],
    [{ 'x-goog-api-key': '' }, 'key='],
    [{}, 'monkey=no'],
  ])('finds none in %j and "?%s"', (headers, querystring) => {
    expect(readCredential({ headers, querystring, names, field: 'key' })).toBeUndefined();
  });
});

describe('credentialNames', () => {
  it('has each place of all protocols once', () => {
    const protocol = (credentials: Protocol['credentials']): Protocol => ({
      ...{ name: 'p', title: 'P', endpoints: [], encodeError: () => ({ status: 500, body: {} }) },
      ...(credentials && { credentials }),
    });
    const protocols = [
      protocol({ headers: ['x-ticket', 'x-api-key'], query: 'ticket' }),
      protocol({ headers: ['x-api-key'] }),
      protocol(undefined),
    ];
    expect(credentialNames([{ name: 'a', protocols }, { name: 'b' }])).toEqual({
      headers: ['x-ticket', 'x-api-key'],
      query: ['ticket'],
    });
  });
});

describe('withoutCredentials', () => {
  it.each(['', 'alt=sse', 'monkey=1&keys=2', 'a=%7e&b=+', 'model=key'])(
    'leaves "%s" as it is written',
    (query) => {
      expect(withoutCredentials(query)).toBe(query);
    },
  );

  it("takes out the protocol's own field", () => {
    expect(withoutCredentials('a=1&ticket=t', 'ticket')).toBe('a=1');
    expect(withoutCredentials('a=1&ticket=t')).toBe('a=1&ticket=t');
  });

  it.each([
    'key=k',
    '%6bey=k',
    'KEY=k&key=l',
    '%61pi%5Fkey=k',
    'api-key=k',
    'access_token=k',
    'key',
    'k%65y=k#',
  ])('takes the credential out of "a=1&%s"', (credential) => {
    expect(withoutCredentials(`a=1&${credential}`)).toBe('a=1');
  });
});
