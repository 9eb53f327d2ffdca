import type { Extensions, FieldReader, JsonObject } from '@dragoman/plugin';
import { merge } from '../common/merge.ts';
import { RESPONSES } from './wire.ts';

/** What a reader was not asked for, and what else is to be kept, for the same protocol. */
export function extensionsOf(reader: FieldReader, more: JsonObject = {}): Extensions | undefined {
  const kept = { ...reader.rest(), ...more };
  return Object.keys(kept).length > 0 ? { [RESPONSES]: kept } : undefined;
}

/** Puts what was kept back. What the encoder wrote counts. */
export function withExtensions(wire: JsonObject, extensions: Extensions | undefined): JsonObject {
  const { asked: _, ...kept } = extensions?.[RESPONSES] ?? {};
  return merge(wire, kept);
}
