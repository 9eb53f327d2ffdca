import { z } from 'zod';
import type { ResolvedConfig } from '../resolved.ts';
import { type ConfigFields, readSection, type Section } from '../section.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

const schema = z
  .strictObject({
    maxBytes: z
      .int()
      .min(100_000)
      .default(256 * 1024 * 1024),
    maxAgeMs: z
      .int()
      .min(DAY_MS)
      .default(400 * DAY_MS),
  })
  .prefault({});

export function resolveAudit({ audit: input }: ConfigFields): Section<ResolvedConfig['audit']> {
  return readSection({ name: 'audit', schema, input, standIn: schema.parse({}) });
}
