import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

const NETWORK_PARTS = 4;

/**
 * What limits per address count by: an IPv4 address itself, and the /64 of an IPv6 address, because one host can
 * choose any address of its /64.
 */
export function addressKey(text: string): string {
  if (isIP(text) === 0) return text;
  const address = ipaddr.process(text);
  if (address instanceof ipaddr.IPv4) return address.toString();
  const network = address.parts.slice(0, NETWORK_PARTS).map((part) => part.toString(16));
  return `${network.join(':')}::/64`;
}
