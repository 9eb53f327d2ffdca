import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { TLSSocket } from 'node:tls';
import { createNetworkMatcher } from '../../transport/networks.ts';

/** Where requests come from, according to trusted proxies. Forwarding headers of other peers are ignored. */
export interface Proxies {
  /** The address of the client. */
  clientAddress(request: IncomingMessage): string;
  /** The host and port in the client's URL. */
  host(request: IncomingMessage): string;
  /** Whether the client's connection is encrypted. */
  isSecure(request: IncomingMessage): boolean;
}

/** `trustedProxies` are addresses and networks, as in `server.trustedProxies`. */
export function createProxies(trustedProxies: readonly string[]): Proxies {
  const matches = createNetworkMatcher(trustedProxies);
  const isTrusted = trustedProxies.length === 0 ? () => false : matches;
  const forwarded = (request: IncomingMessage, header: string): string | undefined =>
    isTrusted(peerAddress(request)) ? lastOf(request.headers[header]) : undefined;
  return {
    clientAddress(request) {
      let address = peerAddress(request);
      if (!isTrusted(address)) return address;
      // Each proxy appends the address that it saw, so only the end of the list can be trusted.
      for (const hop of listOf(request.headers['x-forwarded-for']).toReversed()) {
        const before = parseAddress(hop);
        if (before === undefined) break;
        address = before;
        if (!isTrusted(address)) break;
      }
      return address;
    },
    host: (request) => forwarded(request, 'x-forwarded-host') ?? request.headers.host ?? '',
    isSecure(request) {
      if (request.socket instanceof TLSSocket) return true;
      return forwarded(request, 'x-forwarded-proto')?.toLowerCase() === 'https';
    },
  };
}

/** A socket that listens on `::` reports IPv4 clients as `::ffff:192.0.2.1`. */
const MAPPED = '::ffff:';

function peerAddress({ socket }: IncomingMessage): string {
  return plainAddress(socket.remoteAddress ?? '');
}

function plainAddress(address: string): string {
  const inner = address.startsWith(MAPPED) ? address.slice(MAPPED.length) : '';
  return isIP(inner) === 4 ? inner : address;
}

/** `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1` or `[2001:db8::1]:4711`. */
function parseAddress(text: string): string | undefined {
  const host = /^\[(.*)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  return isIP(host) === 0 ? undefined : plainAddress(host);
}

function listOf(header: string | string[] | undefined): readonly string[] {
  return header === undefined
    ? []
    : String(header)
        .split(',')
        .map((part) => part.trim());
}

function lastOf(header: string | string[] | undefined): string | undefined {
  return listOf(header).at(-1) || undefined;
}
