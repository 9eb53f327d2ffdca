import { isJsonObject, type JsonObject, type JsonValue } from '../canonical/json.ts';
import { parseJson } from '../codec/reply-text.ts';
import { escapeControls } from './json-text.ts';

/** The types that a schema allows. Empty: it does not say. */
export type ValueTypes = ReadonlySet<string>;

/** Schemas may nest without end. */
const MAX_DEPTH = 8;

/** The types of an argument by the schema of the arguments. `undefined`: the schema does not have it. */
export function typesOf(schema: JsonObject | undefined, key: string): ValueTypes | undefined {
  const properties = schema?.['properties'];
  if (!isJsonObject(properties) || !Object.hasOwn(properties, key)) return undefined;
  return new Set(listTypes(properties[key], MAX_DEPTH));
}

function listTypes(schema: JsonValue | undefined, depth: number): readonly string[] {
  if (!isJsonObject(schema) || depth === 0) return [];
  const { type, anyOf, oneOf, enum: values } = schema;
  const named = [type].flat().filter((one) => typeof one === 'string');
  const ofMembers = [anyOf, oneOf].flatMap((members) =>
    Array.isArray(members) ? members.flatMap((member: JsonValue) => listTypes(member, depth - 1)) : [],
  );
  const all = [...named, ...ofMembers];
  const isText = Array.isArray(values) && values.every((value) => typeof value === 'string');
  return all.length === 0 && isText ? ['string'] : all;
}

/** Whether a value is text, whatever it looks like. */
export function isOnlyText(types: ValueTypes): boolean {
  return types.size === 1 && types.has('string');
}

const INTEGER = /^-?(?:0|[1-9]\d*)$/;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** The JSON of a value that was written without quotes, by its types. What does not fit them is text. */
export function typedJson(raw: string, types: ValueTypes): string {
  const text = raw.trim();
  const lower = text.toLowerCase();
  const may = (type: string): boolean => types.size === 0 || types.has(type);
  if (lower === 'null' && (may('null') || !may('string'))) return 'null';
  if ((lower === 'true' || lower === 'false') && may('boolean')) return lower;
  // Numbers stay as they are written: they may be too long for a double.
  if (may('integer') && INTEGER.test(text)) return text;
  if (may('number') && NUMBER.test(text)) return text;
  return structuredJson(text, may) ?? JSON.stringify(raw);
}

function structuredJson(text: string, may: (type: string) => boolean): string | undefined {
  const type = text.startsWith('[') ? 'array' : 'object';
  if (!/^[[{]/.test(text) || !may(type)) return undefined;
  const json = escapeControls(text);
  return parseJson(json) === undefined ? undefined : json;
}

/** The JSON of a value without a known type: itself if it is JSON, else text. */
export function jsonOrText(raw: string): string {
  const json = escapeControls(raw.trim());
  return parseJson(json) === undefined ? JSON.stringify(raw) : json;
}
