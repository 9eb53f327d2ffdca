import { z } from 'zod';
import { defined } from '@dragoman/plugin';
import type { ResolvedConfig } from '../resolved.ts';
import { type ConfigFields, readSection, type Section } from '../section.ts';

const schema = z
  .strictObject({
    enabled: z.boolean().default(true),
    token: z.string().min(16).optional(),
    port: z.int().min(0).max(65_535).optional(),
  })
  .prefault({});

export function resolveMetrics({ metrics: input }: ConfigFields): Section<ResolvedConfig['metrics']> {
  const { value, problems } = readSection({ name: 'metrics', schema, input, standIn: schema.parse({}) });
  return { value: defined(value), problems };
}
