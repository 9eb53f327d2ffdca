import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Whether an IP address may be connected to. */
export type AddressRule = (address: string) => boolean;

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Network = readonly [Address, number];

/** Global unicast, the only part of IPv6 that the internet routes (RFC 4291). All other forms embed or stand for something else. */
const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3');

/** Special addresses inside of public ranges. */
const SPECIAL: readonly Network[] = [
  // Azure's WireServer hands out credentials of the virtual machine.
  '168.63.129.16/32',
  '192.88.99.0/24',
  '2002::/16',
  '3fff::/20',
].map((network) => ipaddr.parseCIDR(network));

/** Lets through addresses of the public internet, and the networks (`10.1.0.0/16`, `::1/128`) that are given. */
export function publicOrIn(networks: readonly string[]): AddressRule {
  const allowed = networks.map((network) => ipaddr.parseCIDR(network));
  return (text) => {
    const plain = withoutDots(text);
    if (plain === undefined) return false;
    // An IPv4 address inside an IPv6 one is judged as what it is.
    const address = ipaddr.process(plain);
    return isPublic(address) || allowed.some((network) => isIn(address, network));
  };
}

/** `::8.8.8.8` as `::808:808`, which ipaddr.js would take for `::ffff:8.8.8.8`; `undefined` for what is no address. */
function withoutDots(text: string): string | undefined {
  if (isIP(text) !== 6) return isIP(text) === 4 ? text : undefined;
  return URL.parse(`http://[${text}]`)?.hostname.slice(1, -1);
}

function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast' || SPECIAL.some((network) => isIn(address, network))) return false;
  return address.kind() === 'ipv4' || isIn(address, GLOBAL_IPV6);
}

function isIn(address: Address, [network, bits]: Network): boolean {
  return address.kind() === network.kind() && address.match(network, bits);
}
