import type { IncomingHttpHeaders } from 'node:http';

/** Headers in which proxies name the client. */
const OF_PROXY = /^(?:via$|cf-)|forwarded|(?:client|real|remote|original|connecting)-?(?:ip|addr)/;

/** Whether a proxy forwards this request for a client that may be elsewhere. */
export function isForwarded(headers: IncomingHttpHeaders): boolean {
  return Object.keys(headers).some((name) => OF_PROXY.test(name));
}
