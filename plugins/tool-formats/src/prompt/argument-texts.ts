import type { JsonObject, JsonValue } from '@dragoman/plugin';

/** Arguments as models write them between tags. */
export type ArgumentTexts = readonly (readonly [name: string, text: string])[];

/** Texts as they are, everything else as JSON. */
export function argumentTexts(values: JsonObject): ArgumentTexts {
  return Object.entries(values).map(([name, value]) => [name, textOf(value)]);
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
