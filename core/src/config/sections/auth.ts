import { z } from 'zod';
import { isLoopback } from '../../transport/loopback.ts';
import type { ConfigOverrides } from '../overrides.ts';
import type { ResolvedConfig } from '../resolved.ts';
import { type ConfigFields, readSection, type Section } from '../section.ts';

const schema = z.boolean().default(true);

type Exposure = Pick<ResolvedConfig, 'server' | 'console'>;

/** Without authentication, only local programs may reach the gateway, unless forced. */
export function resolveAuth(
  { auth: input }: ConfigFields,
  overrides: ConfigOverrides,
  exposure: Exposure,
): Section<boolean> {
  const auth = readSection({ name: 'auth', schema, input: overrides.auth ?? input, standIn: true });
  if (auth.value || overrides.allowOpen) return auth;
  const reasons = reasonsAgainst(exposure);
  if (reasons.length === 0) return auth;
  return { value: true, problems: reasons.map((message) => ({ path: 'auth', message })) };
}

function reasonsAgainst({ server, console }: Exposure): readonly string[] {
  const { host, publicUrl, trustedProxies } = server;
  const reasons: string[] = [];
  if (!isLoopback(host)) {
    reasons.push(
      `without authentication, the gateway listens on loopback only, not on ${host}; ` +
        'pass --allow-open to serve everyone who can reach that address',
    );
  }
  const proxied = [
    ...(publicUrl !== undefined && !isLoopback(new URL(publicUrl).hostname) ? ['server.publicUrl'] : []),
    ...(trustedProxies.length > 0 ? ['server.trustedProxies'] : []),
    ...((console.hostnames ?? []).some((name) => !isLoopback(name)) ? ['console.hostnames'] : []),
  ];
  if (proxied.length > 0) {
    reasons.push(
      `without authentication, the gateway serves this machine only, but ${proxied.join(' and ')} ` +
        `${proxied.length > 1 ? 'set' : 'sets'} it up for others; ` +
        'pass --allow-open to serve everyone who can reach it',
    );
  }
  return reasons;
}
