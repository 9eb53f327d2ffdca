import type { Extensions, FieldReader, JsonObject } from '@dragoman/plugin';
import { merge } from '../common/merge.ts';
import { OPENAI_CHAT } from './wire.ts';

/** What a reader, and readers of objects inside it, were not asked for: kept for the same protocol. */
export function extensionsOf(
  reader: FieldReader,
  nested: Readonly<Record<string, FieldReader | undefined>> = {},
): Extensions | undefined {
  const inside = Object.entries(nested).flatMap(([name, inner]) => {
    const rest = inner?.rest();
    return rest ? [[name, rest] as const] : [];
  });
  const rest = { ...reader.rest(), ...Object.fromEntries(inside) };
  return Object.keys(rest).length > 0 ? { [OPENAI_CHAT]: rest } : undefined;
}

/** Puts what was kept back. What the encoder wrote counts. */
export function withExtensions(wire: JsonObject, extensions: Extensions | undefined): JsonObject {
  const kept = extensions?.[OPENAI_CHAT];
  return kept ? merge(wire, kept) : wire;
}
