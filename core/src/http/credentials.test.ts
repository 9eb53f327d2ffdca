import { describe, expect, it } from 'vitest';
import { readCredential } from './credentials.ts';

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
    expect(readCredential(headers, querystring)).toBe('the-key');
  });

  it('prefers headers, which reach no log of any proxy', () => {
    expect(readCredential({ 'x-goog-api-key': 'of-header' }, 'key=of-query')).toBe('of-header');
  });

  it.each([
    [{}, ''],
    [{ authorization: 'Basic dTpw' }, ''],
    [{ 'x-goog-api-key': '' }, 'key='],
    [{}, 'monkey=no'],
  ])('finds none in %j and "?%s"', (headers, querystring) => {
    expect(readCredential(headers, querystring)).toBeUndefined();
  });
});
