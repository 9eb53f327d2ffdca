import { isJsonObject, type JsonObject } from '@dragoman/plugin';

/** Adds fields to an object, and to the objects in it, that are not there yet. */
export function merge(wire: JsonObject, kept: JsonObject): JsonObject {
  const inside = Object.entries(kept).flatMap(([name, rest]) => {
    const written = Object.hasOwn(wire, name) ? wire[name] : undefined;
    return isJsonObject(written) && isJsonObject(rest) ? [[name, merge(written, rest)] as const] : [];
  });
  return { ...kept, ...wire, ...Object.fromEntries(inside) };
}
