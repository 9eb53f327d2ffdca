import { isLoopback } from '../transport/loopback.ts';
import type { ResolvedConfig } from './resolved.ts';

/** What to tell the administrator when others may read what is sent to the gateway. */
export function exposureWarning({ host, tls, publicUrl }: ResolvedConfig['server']): string | undefined {
  if (isLoopback(host) || tls || publicUrl?.startsWith('https:')) return undefined;
  return (
    `The gateway listens on ${host} without TLS, so keys, prompts and sign-ins can be read on the network. ` +
    'Put a proxy with TLS in front of it and set server.publicUrl, or set server.tls (docs/operations.md).'
  );
}
