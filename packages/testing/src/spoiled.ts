import { isJsonObject, type JsonValue } from '@dragoman/plugin';
import fc from 'fast-check';

/** Some JSON with any JSON in the place of one of its values. */
export function spoiled<Value extends JsonValue>(value: Value): fc.Arbitrary<Value> {
  const paths = pathsOf(value);
  if (paths.length === 0) return fc.constant(value);
  return fc
    .tuple(fc.constantFrom(...paths), fc.jsonValue({ maxDepth: 2 }))
    .map(([path, inner]) => replaceAt(value, path, inner as JsonValue) as Value);
}

function pathsOf(value: JsonValue | undefined): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    [key],
    ...pathsOf(inner as JsonValue).map((path) => [key, ...path]),
  ]);
}

function replaceAt(
  value: JsonValue | undefined,
  [key, ...rest]: readonly string[],
  to: JsonValue,
): JsonValue {
  if (key === undefined) return to;
  if (Array.isArray(value))
    return value.map((inner: JsonValue, index) =>
      String(index) === key ? replaceAt(inner, rest, to) : inner,
    );
  return isJsonObject(value) ? { ...value, [key]: replaceAt(value[key], rest, to) } : to;
}
