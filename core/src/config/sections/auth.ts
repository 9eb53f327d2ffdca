import { z } from 'zod';
import { isLoopback } from '../../transport/loopback.ts';
import type { ConfigOverrides } from '../overrides.ts';
import { type ConfigFields, readSection, type Section } from '../section.ts';

const schema = z.boolean().default(true);

/** Without authentication only programs of this machine may reach the gateway, unless that is forced. */
export function resolveAuth(
  { auth: input }: ConfigFields,
  overrides: ConfigOverrides,
  host: string,
): Section<boolean> {
  const auth = readSection({ name: 'auth', schema, input: overrides.auth ?? input, standIn: true });
  if (auth.value || overrides.allowOpen || isLoopback(host)) return auth;
  const message =
    `without authentication the gateway listens on loopback only, not on ${host}; ` +
    'give --allow-open to serve everybody who can reach that address';
  return { value: true, problems: [{ path: 'auth', message }] };
}
