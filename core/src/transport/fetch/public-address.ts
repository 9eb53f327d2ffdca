import { type Address, isInNetwork, parseAddress, parseNetwork } from '../networks.ts';

/** Whether an IP address may be connected to. */
export type AddressRule = (address: string) => boolean;

/** Global unicast, the only IPv6 addresses that the internet routes (RFC 4291). */
const GLOBAL_IPV6 = parseNetwork('2000::/3');

/** Special-purpose networks within public ranges. */
const SPECIAL = [
  // Azure's WireServer hands out credentials of the virtual machine.
  '168.63.129.16/32',
  '192.88.99.0/24',
  '2002::/16',
  '3fff::/20',
].map(parseNetwork);

/** Allows addresses of the public internet and the given networks (`10.1.0.0/16`, `::1/128`). */
export function publicOrIn(networks: readonly string[]): AddressRule {
  const allowed = networks.map(parseNetwork);
  return (text) => {
    const address = parseAddress(text);
    if (!address) return false;
    return isPublic(address) || allowed.some((network) => isInNetwork(address, network));
  };
}

function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast' || SPECIAL.some((network) => isInNetwork(address, network))) return false;
  return address.kind() === 'ipv4' || isInNetwork(address, GLOBAL_IPV6);
}
