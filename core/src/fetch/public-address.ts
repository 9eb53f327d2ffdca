import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Whether an IP address may be connected to. */
export type AddressRule = (address: string) => boolean;

/** Lets through addresses of the public internet, and the networks (`10.1.0.0/16`, `::1/128`) that are given. */
export function publicOrIn(networks: readonly string[]): AddressRule {
  const allowed = networks.map((network) => ipaddr.parseCIDR(network));
  return (text) => {
    if (isIP(text) === 0) return false;
    // An IPv4 address inside an IPv6 one is judged as what it is.
    const address = ipaddr.process(text);
    if (address.range() === 'unicast') return true;
    return allowed.some(
      ([network, bits]) => address.kind() === network.kind() && address.match(network, bits),
    );
  };
}
