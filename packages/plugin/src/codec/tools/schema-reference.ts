import { isJsonObject, type JsonValue } from '../../canonical/json.ts';

/** Resolves a reference within a JSON Schema, such as `#/$defs/city`. Other documents are never read. */
export function resolveReference(root: JsonValue, reference: string): JsonValue | undefined {
  if (reference !== '#' && !reference.startsWith('#/')) return undefined;
  let target: JsonValue | undefined = root;
  for (const segment of reference.split('/').slice(1)) {
    const key = unescapeSegment(segment);
    if (Array.isArray(target)) target = (target as readonly JsonValue[])[Number(key)];
    else if (isJsonObject(target) && Object.hasOwn(target, key)) target = target[key];
    else return undefined;
  }
  return target;
}

function unescapeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment).replaceAll('~1', '/').replaceAll('~0', '~');
  } catch {
    // A percent sign that encodes nothing is literal.
    return segment.replaceAll('~1', '/').replaceAll('~0', '~');
  }
}
