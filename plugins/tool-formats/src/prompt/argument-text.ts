import type { JsonValue } from '@dragoman/plugin';

/** A value as models write it between tags: texts as they are, everything else as JSON. */
export function argumentText(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
