import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

export type Address = ipaddr.IPv4 | ipaddr.IPv6;
export type Network = readonly [Address, number];

/** Parses an IP address; an IPv4-mapped one (`::ffff:192.0.2.1`) becomes IPv4. `undefined` for anything else. */
export function parseAddress(text: string): Address | undefined {
  const [plain = ''] = text.split('%', 1);
  if (isIP(plain) === 0) return undefined;
  // ipaddr.js takes `::8.8.8.8` for `::ffff:8.8.8.8`; URLs write it as `::808:808`.
  const hasBoth = plain.includes(':') && plain.includes('.');
  return ipaddr.process(hasBoth ? new URL(`http://[${plain}]`).hostname.slice(1, -1) : plain);
}

/** A network (`10.1.0.0/16`), or a single address. */
export function parseNetwork(text: string): Network {
  const address = parseAddress(text);
  return address ? [address, address.kind() === 'ipv4' ? 32 : 128] : ipaddr.parseCIDR(text);
}

export function isInNetwork(address: Address, [network, bits]: Network): boolean {
  return address.kind() === network.kind() && address.match(network, bits);
}

/** Tests whether an IP address is in one of the networks. */
export function createNetworkMatcher(networks: readonly string[]): (address: string) => boolean {
  const ranges = networks.map(parseNetwork);
  return (text) => {
    const address = parseAddress(text);
    return address !== undefined && ranges.some((range) => isInNetwork(address, range));
  };
}
