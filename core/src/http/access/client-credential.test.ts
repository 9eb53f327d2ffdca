import { describe, expect, it } from 'vitest';
import type { CredentialPlaces, HeaderMap, SentCredentials } from '@dragoman/plugin';
import { clientCredential } from './client-credential.ts';

const read = (places: CredentialPlaces, headers: HeaderMap, querystring = '') =>
  clientCredential({ headers, querystring, places, names: ['x-api-key'] });
const basic = (pair: string): HeaderMap => ({ authorization: `Basic ${btoa(pair)}` });

describe("a client's key", () => {
  it.each<[string, CredentialPlaces, HeaderMap]>([
    ['the password', { basic: 'password' }, basic('anyone:the:key')],
    ['the user', { basic: 'user' }, basic('the:key')],
    ['the user without a password', { basic: 'user' }, basic('the')],
    ['a cookie', { cookie: 'own' }, { cookie: 'a=b;own=the:key; own2=no' }],
  ])('is taken from %s where its protocol says so, and only there', (_, places, headers) => {
    const found = read(places, headers);
    expect(found).toMatchObject({ isAmbient: true, value: expect.stringMatching(/^the/) as string });
    expect(read({}, headers)).toBeUndefined();
  });

  it.each<[CredentialPlaces, HeaderMap]>([
    [{ basic: 'password' }, basic('anyone')],
    [{ basic: 'password' }, basic('anyone:')],
    [{ basic: 'password' }, { authorization: 'Basic' }],
    [{ basic: 'password' }, { authorization: 'Digest abc' }],
    [{ cookie: 'own' }, { cookie: 'own=' }],
    [{ cookie: 'own' }, { cookie: 'disown=x' }],
  ])('is not found by %j in %j', (places, headers) => {
    expect(read(places, headers)).toBeUndefined();
  });

  it('is taken from a header rather than from what a browser sends by itself', () => {
    const headers = { 'x-api-key': 'of-header', cookie: 'own=of-cookie' };
    expect(read({ cookie: 'own' }, headers)).toEqual({ value: 'of-header', isAmbient: false });
  });

  it('may be found by the protocol itself, which sees only what is kept out of logs and traces', () => {
    const seen: SentCredentials[] = [];
    const places: CredentialPlaces = {
      ...{ headers: ['x-signed'], query: 'ticket' },
      read(sent) {
        seen.push(sent);
        return /^Key (.+)$/.exec(sent.headers['authorization'] ?? '')?.[1];
      },
    };
    const headers = { authorization: 'Key the-key', 'x-signed': 's', 'x-api-key': 'another', 'x-other': 'o' };
    const found = { value: 'the-key', isAmbient: true };
    expect(read(places, headers, 'ticket=t&other=o')).toEqual(found);
    const { 'x-other': _, 'x-api-key': __, ...visible } = headers;
    expect(seen).toEqual([{ headers: visible, query: 't' }]);
    expect(read(places, { 'x-api-key': 'another' })).toEqual({ value: 'another', isAmbient: false });
  });
});
