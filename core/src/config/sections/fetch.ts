import { z } from 'zod';
import type { ResolvedConfig } from '../resolved.ts';
import { type ConfigFields, readSection, type Section } from '../section.ts';

const network = z.union([z.cidrv4(), z.cidrv6()], { error: 'expected a network such as 10.1.0.0/16' });

const schema = z
  .strictObject({
    enabled: z.boolean().default(true),
    maxBytes: z
      .int()
      .min(1)
      .default(20 * 1024 * 1024),
    timeoutMs: z.int().min(1).default(10_000),
    allow: z.array(network).default([]),
    ports: z.array(z.int().min(1).max(65_535)).min(1).default([80, 443]),
  })
  .prefault({});

export function resolveFetch({ fetch: input }: ConfigFields): Section<ResolvedConfig['fetch']> {
  return readSection({ name: 'fetch', schema, input, standIn: schema.parse({}) });
}
