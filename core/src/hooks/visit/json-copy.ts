import { isJsonObject, type JsonObject } from '@dragoman/plugin';

/** A body that a hook returned, as the JSON that will be sent. Throws if it is something else. */
export function jsonCopy(value: unknown): JsonObject {
  if (!isJsonObject(value) || 'then' in value) throw new TypeError('raw() did not return an object.');
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}
