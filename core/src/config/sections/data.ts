import { resolve } from 'node:path';
import { z } from 'zod';
import type { ConfigOverrides } from '../overrides.ts';
import { type ConfigFields, readSection, type Section } from '../section.ts';

const schema = z.string().min(1).default('./data');

/** A path from the file is relative to the file; one from a flag or variable, to the working directory. */
export function resolveData(
  { data: input }: ConfigFields,
  overrides: ConfigOverrides,
  folder: string,
): Section<string> {
  if (overrides.data !== undefined) return { value: resolve(overrides.data), problems: [] };
  const { value, problems } = readSection({ name: 'data', schema, input, standIn: './data' });
  return { value: resolve(folder, value), problems };
}
