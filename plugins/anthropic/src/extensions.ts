import type { Extensions, FieldReader, JsonObject } from '@dragoman/plugin';
import { ANTHROPIC } from './wire.ts';

/** What a reader was not asked for, and what else is to be kept, for the same protocol. */
export function extensionsOf(reader: FieldReader, more: JsonObject = {}): Extensions | undefined {
  const kept = { ...reader.rest(), ...more };
  return Object.keys(kept).length > 0 ? { [ANTHROPIC]: kept } : undefined;
}
