import type { AddressInfo } from 'node:net';

/** "All addresses" cannot be called; loopback is one of them. */
const LOOPBACK: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** The URL of a listening server, as seen from this machine. */
export function urlOf({ address, family, port }: AddressInfo, scheme = 'http'): string {
  const host = LOOPBACK[address] ?? address;
  return `${scheme}://${family === 'IPv6' ? `[${host}]` : host}:${port}`;
}
