import type { Extensions, FieldReader } from '@dragoman/core';
import { ANTHROPIC } from './wire.ts';

/** What a reader was not asked for, to be kept for the same protocol. */
export function extensionsOf(reader: FieldReader): Extensions | undefined {
  const rest = reader.rest();
  return rest && { [ANTHROPIC]: rest };
}
