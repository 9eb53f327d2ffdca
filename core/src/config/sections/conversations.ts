import { z } from 'zod';
import type { ResolvedConfig } from '../resolved.ts';
import { type ConfigFields, readSection, type Section } from '../section.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

const schema = z
  .strictObject({
    maxCount: z.int().min(1).default(10_000),
    maxBytes: z
      .int()
      .min(1024)
      .default(1024 ** 3),
    maxBytesPerKey: z.int().min(1024).optional(),
    maxAgeMs: z
      .int()
      .min(1000)
      .default(30 * DAY_MS),
  })
  .transform((section) => ({
    ...section,
    maxBytesPerKey: section.maxBytesPerKey ?? Math.ceil(section.maxBytes / 8),
  }))
  .prefault({});

export function resolveConversations({
  conversations: input,
}: ConfigFields): Section<ResolvedConfig['conversations']> {
  return readSection({ name: 'conversations', schema, input, standIn: schema.parse({}) });
}
