import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createProxies } from './proxies.ts';

const request = (remoteAddress: string | undefined, headers: IncomingHttpHeaders = {}): IncomingMessage =>
  ({ socket: { remoteAddress }, headers }) as unknown as IncomingMessage;

const NEAR = '10.0.0.1';
const FAR = '10.0.0.2';
const proxies = createProxies(['10.0.0.0/24', '::1']);
const clientOf = (peer: string, list?: string): string =>
  proxies.clientAddress(request(peer, list === undefined ? {} : { 'x-forwarded-for': list }));

describe('the address of a client', () => {
  it.each([
    ['is the peer without proxies', '192.0.2.1', undefined, '192.0.2.1'],
    ['is the peer when a stranger forwards', '192.0.2.1', '198.51.100.1', '192.0.2.1'],
    ['is what the proxy saw', NEAR, '198.51.100.1', '198.51.100.1'],
    ['is not what the client made up before', NEAR, '203.0.113.9, 198.51.100.1', '198.51.100.1'],
    ['is found through several proxies', NEAR, `203.0.113.9, 198.51.100.1, ${FAR}`, '198.51.100.1'],
    ['is the farthest proxy when all are trusted', NEAR, FAR, FAR],
    ['is the proxy when the header is not there', NEAR, undefined, NEAR],
    ['is the last that can be read', NEAR, `198.51.100.1, nonsense, ${FAR}`, FAR],
    ['is read without a port', NEAR, '198.51.100.1:4711', '198.51.100.1'],
    ['is read without brackets', '::1', '[2001:db8::1]:4711', '2001:db8::1'],
    ['is IPv4 on a socket of both', '::ffff:192.0.2.1', undefined, '192.0.2.1'],
    ['is IPv4 behind a proxy on a socket of both', `::ffff:${NEAR}`, '::ffff:198.51.100.1', '198.51.100.1'],
  ])('%s', (_, peer, list, expected) => {
    expect(clientOf(peer, list)).toBe(expected);
  });

  it('is never chosen by a client that no proxy stands before', () => {
    fc.assert(
      fc.property(fc.string(), (list) => {
        expect(clientOf('192.0.2.1', list)).toBe('192.0.2.1');
        expect(createProxies([]).clientAddress(request(NEAR, { 'x-forwarded-for': list }))).toBe(NEAR);
      }),
    );
  });

  it('is the last address, whatever the client wrote before it', () => {
    fc.assert(
      fc.property(fc.string(), (made) => {
        expect(clientOf(NEAR, `${made}, 198.51.100.1`)).toBe('198.51.100.1');
      }),
    );
  });

  it('is empty when the client has gone', () => {
    expect(proxies.clientAddress(request(undefined))).toBe('');
  });
});

describe('host and encryption', () => {
  const headers = { host: 'inner:8787', 'x-forwarded-host': 'llm.example.com', 'x-forwarded-proto': 'https' };

  it('are believed when a trusted proxy reports them', () => {
    const forwarded = request(NEAR, headers);
    expect([proxies.host(forwarded), proxies.isSecure(forwarded)]).toEqual(['llm.example.com', true]);
  });

  it('are not believed when anybody else does', () => {
    const direct = request('192.0.2.1', headers);
    expect([proxies.host(direct), proxies.isSecure(direct)]).toEqual(['inner:8787', false]);
  });

  it('are those of the nearest proxy when there are several', () => {
    const forwarded = request(NEAR, { ...headers, 'x-forwarded-proto': 'https, http' });
    expect(proxies.isSecure(forwarded)).toBe(false);
  });
});
