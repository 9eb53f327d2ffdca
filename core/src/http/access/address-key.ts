import { parseAddress } from '../../transport/networks.ts';

/** How a client's address is counted: IPv6 by its /64 network, which one client usually has to itself; IPv4 as it is. */
export function addressKey(text: string): string {
  const address = parseAddress(text);
  if (!address) return text;
  if (!('parts' in address)) return address.toString();
  const network = address.parts.slice(0, 4).map((part) => part.toString(16));
  return `${network.join(':')}::/64`;
}
