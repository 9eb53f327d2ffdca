import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Tests whether an IP address is in one of the networks, or is one of the single addresses, given. An IPv4 address inside an IPv6 one counts as IPv4. */
export function createNetworkMatcher(networks: readonly string[]): (address: string) => boolean {
  const ranges = networks.map((network) => {
    const address = network.includes('/') ? undefined : ipaddr.process(network);
    if (!address) return ipaddr.parseCIDR(network);
    return [address, address.kind() === 'ipv4' ? 32 : 128] as const;
  });
  return (text) => {
    if (isIP(text) === 0) return false;
    const address = ipaddr.process(text);
    return ranges.some(
      ([network, bits]) => address.kind() === network.kind() && address.match(network, bits),
    );
  };
}
