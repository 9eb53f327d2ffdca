import { describe, expect, it } from 'vitest';
import { readCredential, withoutCredentials } from './credentials.ts';

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
    expect(readCredential({ headers, querystring, field: 'key' })).toBe('the-key');
  });

  it('prefers headers, which reach no log of any proxy', () => {
    const headers = { 'x-goog-api-key': 'of-header' };
    expect(readCredential({ headers, querystring: 'key=of-query', field: 'key' })).toBe('of-header');
  });

  it('takes none of a query whose protocol has no field for it', () => {
    expect(readCredential({ headers: {}, querystring: 'key=the-key', field: undefined })).toBeUndefined();
  });

  it.each([
    [{}, ''],
    [{ authorization: 'Basic dTpw' }, ''],
    [{ 'x-goog-api-key': '' }, 'key='],
    [{}, 'monkey=no'],
  ])('finds none in %j and "?%s"', (headers, querystring) => {
    expect(readCredential({ headers, querystring, field: 'key' })).toBeUndefined();
  });
});

describe('withoutCredentials', () => {
  it.each(['', 'alt=sse', 'monkey=1&keys=2', 'a=%7e&b=+', 'model=key'])(
    'leaves "%s" as it is written',
    (query) => {
      expect(withoutCredentials(query)).toBe(query);
    },
  );

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
