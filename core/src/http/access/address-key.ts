import { parseAddress } from '../../transport/networks.ts';

/**
 * The key by which a client's address is counted: the /64 network of an IPv6 address, because one client usually has
 * all of it; an IPv4 address as it is.
 */
export function addressKey(text: string): string {
  const address = parseAddress(text);
  if (!address) return text;
  if (!('parts' in address)) return address.toString();
  const network = address.parts.slice(0, 4).map((part) => part.toString(16));
  return `${network.join(':')}::/64`;
}
