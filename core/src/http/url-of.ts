import type { AddressInfo } from 'node:net';

/** Nobody can call "all addresses"; loopback is one of them. */
const LOOPBACK: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** The address of a listening server, as others on this machine call it. */
export function urlOf({ address, family, port }: AddressInfo, scheme = 'http'): string {
  const host = LOOPBACK[address] ?? address;
  return `${scheme}://${family === 'IPv6' ? `[${host}]` : host}:${port}`;
}
