import { resolve } from 'node:path';
import { z } from 'zod';
import { defined } from '@dragoman/plugin';
import type { ConfigOverrides } from '../overrides.ts';
import { publicUrlSchema } from '../public-url.ts';
import type { ResolvedConfig } from '../resolved.ts';
import { type ConfigFields, overlay, readSection, type Section } from '../section.ts';

const corsOriginSchema = z
  .string()
  .refine((value) => URL.canParse(value) && new URL(value).origin === value, {
    error: 'expected an origin without a path, such as "https://app.example.com"',
  });

const networkSchema = z.union([z.cidrv4(), z.cidrv6(), z.ipv4(), z.ipv6()], {
  error: 'expected an address or a network, such as 10.0.0.7 or 10.1.0.0/16',
});

/** Timers are limited to about 24 days. */
const MOST_MS = 7 * 24 * 60 * 60 * 1000;

const schema = z
  .strictObject({
    host: z.string().min(1).default('127.0.0.1'),
    port: z.int().min(0).max(65_535).default(8787),
    cors: z.union([z.literal('*'), z.array(corsOriginSchema)]).default([]),
    bodyLimit: z
      .int()
      .min(1024)
      .default(32 * 1024 * 1024),
    bodyBudget: z.int().min(1024).optional(),
    minUploadRate: z.int().min(0).default(1024),
    requestTimeoutMs: z.int().min(0).max(MOST_MS).default(300_000),
    shutdownDelayMs: z.int().min(0).max(MOST_MS).default(0),
    shutdownGraceMs: z.int().min(0).max(MOST_MS).default(30_000),
    keepAliveMs: z.int().min(10).max(15_000).default(15_000),
    publicUrl: publicUrlSchema.optional(),
    trustedProxies: z.array(networkSchema).default([]),
    tls: z.strictObject({ cert: z.string().min(1), key: z.string().min(1) }).optional(),
  })
  .transform((server) => ({
    ...server,
    bodyBudget: server.bodyBudget ?? Math.max(256 * 1024 * 1024, 4 * server.bodyLimit),
  }))
  .refine(({ bodyBudget, bodyLimit }) => bodyBudget >= bodyLimit, {
    path: ['bodyBudget'],
    error: 'must be at least server.bodyLimit',
  })
  .prefault({});

export function resolveServer(
  { server }: ConfigFields,
  { host, port, publicUrl }: ConfigOverrides,
  folder: string,
): Section<ResolvedConfig['server']> {
  const input = overlay(server, defined({ host, port, publicUrl }));
  const { value, problems } = readSection({ name: 'server', schema, input, standIn: schema.parse({}) });
  const tls = value.tls && { cert: resolve(folder, value.tls.cert), key: resolve(folder, value.tls.key) };
  return { value: defined({ ...value, tls }), problems };
}
