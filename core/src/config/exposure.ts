import { isLoopback } from '../transport/loopback.ts';
import type { ResolvedConfig } from './resolved.ts';

/** Whether the configuration implies a reverse proxy: then a loopback peer may be any client. */
export function isBehindProxy({ trustedProxies, publicUrl }: ResolvedConfig['server']): boolean {
  return trustedProxies.length > 0 || (publicUrl !== undefined && !isLoopback(new URL(publicUrl).hostname));
}

/** Warns administrators if traffic to the gateway can be read on the network. */
export function exposureWarning({ server, console }: ResolvedConfig): string | undefined {
  const { tls, publicUrl } = server;
  const host = [server.host, console.host ?? server.host].find((one) => !isLoopback(one));
  if (host === undefined || tls || publicUrl?.startsWith('https:')) return undefined;
  return (
    `The gateway listens on ${host} without TLS, so keys, prompts and sign-ins can be read on the network. ` +
    'Put a proxy with TLS in front of it and set server.publicUrl, or set server.tls (docs/operations.md).'
  );
}
