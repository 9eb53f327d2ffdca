import { z } from 'zod';
import { defined } from '@dragoman/plugin';
import { logFormatSchema, logLevelSchema } from '../log.ts';
import type { ConfigOverrides } from '../overrides.ts';
import type { ResolvedConfig } from '../resolved.ts';
import { type ConfigFields, overlay, readSection, type Section } from '../section.ts';

const schema = z
  .strictObject({ level: logLevelSchema.default('info'), format: logFormatSchema.default('auto') })
  .prefault({});

export function resolveLog(
  { log }: ConfigFields,
  { logLevel: level, logFormat }: ConfigOverrides,
  isTerminal: boolean,
): Section<ResolvedConfig['log']> {
  const input = overlay(log, defined({ level, format: logFormat }));
  const { value, problems } = readSection({ name: 'log', schema, input, standIn: schema.parse({}) });
  const format = value.format === 'auto' ? (isTerminal ? 'pretty' : 'json') : value.format;
  return { value: { level: value.level, format, printsSecrets: value.format !== 'json' }, problems };
}
