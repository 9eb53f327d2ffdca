import { type Extensions, type FieldReader, isJsonObject, type JsonObject } from '@dragoman/plugin';
import { GEMINI } from './wire.ts';

/** What a reader was not asked for, and what else is to be kept, for the same protocol. */
export function extensionsOf(reader: FieldReader, more: JsonObject = {}): Extensions | undefined {
  const kept = { ...reader.rest(), ...more };
  return Object.keys(kept).length > 0 ? { [GEMINI]: kept } : undefined;
}

/** Puts what was kept back, also into objects. What the encoder wrote counts. */
export function withExtensions(wire: JsonObject, extensions: Extensions | undefined): JsonObject {
  const kept = extensions?.[GEMINI];
  if (!kept) return wire;
  const inside = Object.entries(kept).flatMap(([name, rest]) => {
    const written = wire[name];
    return isJsonObject(written) && isJsonObject(rest) ? [[name, { ...rest, ...written }] as const] : [];
  });
  return { ...kept, ...wire, ...Object.fromEntries(inside) };
}
