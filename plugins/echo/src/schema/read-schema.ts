import { isJsonObject, type JsonObject, type JsonValue } from '@dragoman/core';

/** A schema of a client: nothing about it is certain, so every keyword is read through a check. */
export type Schema = JsonObject;

export function readNumber(schema: Schema, keyword: string): number | undefined {
  const value = schema[keyword];
  return typeof value === 'number' ? value : undefined;
}

export function readList(schema: Schema, keyword: string): readonly JsonValue[] | undefined {
  const value = schema[keyword];
  return Array.isArray(value) ? value : undefined;
}

export function readMap(schema: Schema, keyword: string): JsonObject {
  const value = schema[keyword];
  return isJsonObject(value) ? value : {};
}

export function readNames(schema: Schema, keyword: string): readonly string[] {
  return (readList(schema, keyword) ?? []).filter((name) => typeof name === 'string');
}

/** The types that a schema names; none when it leaves them open. */
export function readTypes(schema: Schema): readonly string[] {
  return typeof schema['type'] === 'string' ? [schema['type']] : readNames(schema, 'type');
}
