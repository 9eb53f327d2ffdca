import { z } from 'zod';
import { defined } from '@dragoman/plugin';
import type { ResolvedConfig } from '../resolved.ts';
import { type ConfigFields, readSection, type Section } from '../section.ts';

const hostname = z
  .string()
  .toLowerCase()
  .regex(
    /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/,
    'expected a host name without a port, such as "console.example.com"',
  );

const schema = z
  .strictObject({
    port: z.int().min(0).max(65_535).optional(),
    host: z.string().min(1).optional(),
    hostnames: z.array(hostname).min(1).optional(),
  })
  .prefault({})
  .refine(({ port, hostnames }) => port === undefined || hostnames === undefined, {
    path: ['hostnames'],
    error: 'expected either hostnames or a port, not both',
  })
  .refine(({ port, host }) => host === undefined || port !== undefined, {
    path: ['host'],
    error: 'host needs a port, too; without one, the console is served at server.host',
  });

export function resolveConsole(
  { console: input }: ConfigFields,
  { publicUrl }: ResolvedConfig['server'],
): Section<ResolvedConfig['console']> {
  const { value, problems } = readSection({ name: 'console', schema, input, standIn: {} });
  const host = publicUrl && new URL(publicUrl).hostname;
  if (host === undefined || !value.hostnames?.includes(host)) return { value: defined(value), problems };
  const message = `${host} is the host of server.publicUrl, which clients use; expected other names for the console`;
  return { value: {}, problems: [...problems, { path: 'console.hostnames', message }] };
}

/** Whether the console and the admin API have their own address. */
export function isConsoleApart({ port, hostnames }: ResolvedConfig['console']): boolean {
  return port !== undefined || hostnames !== undefined;
}
