import { z } from 'zod';
import type { ResolvedConfig } from '../resolved.ts';
import { parsePath } from '../../text/json-path.ts';
import { RECORD_LEVELS } from '../recording.ts';
import { type ConfigFields, readSection, type Section } from '../section.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

const path = z
  .string()
  .refine(
    (text) => parsePath(text) !== undefined,
    'must be a JSON path such as `$.messages[*].content` or `$..email`',
  );
const pattern = z.string().min(1).refine(isRegex, 'must be a regular expression');

const schema = z
  .strictObject({
    record: z.enum(RECORD_LEVELS).default('no-bodies'),
    maxBodyBytes: z
      .int()
      .min(1024)
      .default(8 * 1024 * 1024),
    redact: z
      .strictObject({ paths: z.array(path).default([]), patterns: z.array(pattern).default([]) })
      .prefault({}),
    keepMedia: z.boolean().default(false),
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

function isRegex(text: string): boolean {
  try {
    return new RegExp(text, 'gu').flags !== '';
  } catch {
    return false;
  }
}

export function resolveTraces({ traces: input }: ConfigFields): Section<ResolvedConfig['traces']> {
  return readSection({ name: 'traces', schema, input, standIn: schema.parse({}) });
}
