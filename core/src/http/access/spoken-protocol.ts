import type { HeaderMap, Protocol } from '@dragoman/plugin';

/** The protocol whose clients send such headers, if exactly one matches. */
export function spokenProtocol(protocols: readonly Protocol[], headers: HeaderMap): Protocol | undefined {
  return protocols.find(({ endpoints }) =>
    endpoints.some((endpoint) => 'accepts' in endpoint && endpoint.accepts?.(headers)),
  );
}
