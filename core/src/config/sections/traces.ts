import { z } from 'zod';
import type { ResolvedConfig } from '../resolved.ts';
import { type ConfigFields, readSection, type Section } from '../section.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

const schema = z
  .strictObject({
    record: z.enum(['no-bodies', 'off']).default('no-bodies'),
    maxAgeMs: z
      .int()
      .min(1000)
      .default(30 * DAY_MS),
    maxCount: z.int().min(1).default(1_000_000),
    maxBytes: z
      .int()
      .min(1_000_000)
      .default(4 * 1024 ** 3),
  })
  .prefault({});

export function resolveTraces({ traces: input }: ConfigFields): Section<ResolvedConfig['traces']> {
  return readSection({ name: 'traces', schema, input, standIn: schema.parse({}) });
}
