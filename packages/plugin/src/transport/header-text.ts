import { isJsonObject } from '../canonical/json.ts';

/** What a header may contain: visible ASCII, spaces, tabs and Latin-1. Node refuses to send anything else. */
const HEADER_TEXT = /^[\t\x20-\x7e\x80-\xff]*$/;

function isHeaderText(text: string): boolean {
  return HEADER_TEXT.test(text);
}

/** The paths of all strings in a value that are not valid header values. */
export function findUnsafeText(value: unknown, path: readonly PropertyKey[] = []): readonly PropertyKey[][] {
  if (typeof value === 'string') return isHeaderText(value) ? [] : [[...path]];
  if (Array.isArray(value)) return value.flatMap((item, at) => findUnsafeText(item, [...path, at]));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([name, field]) => findUnsafeText(field, [...path, name]));
}
