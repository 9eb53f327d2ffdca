import { isJsonObject, type JsonObject, type JsonValue } from '@dragoman/plugin';
import { parseLoose } from './loose-json.ts';

/** A call as a chat model wrote it. */
export interface WrittenCall {
  readonly name: string;
  readonly arguments: JsonObject;
}

const NAMES = ['name', 'tool', 'tool_name', 'function', 'action'];
const ARGUMENTS = ['arguments', 'parameters', 'args', 'input', 'action_input'];

/** The calls that a value is, with the names of tools. `undefined`: anything in it is no call. */
export function findCalls(
  value: JsonValue | undefined,
  names: readonly string[],
): readonly WrittenCall[] | undefined {
  const items = opened(value);
  const calls = items.map((item) => callIn(item, names));
  const all = calls.filter((call) => call !== undefined);
  return all.length > 0 && all.length === items.length ? all : undefined;
}

function opened(value: JsonValue | undefined): readonly (JsonValue | undefined)[] {
  if (Array.isArray(value)) return value;
  if (!isJsonObject(value)) return [];
  const { tool_calls: several, tool_call: one } = value;
  if (Array.isArray(several)) return several;
  return isJsonObject(one) ? [one] : [value];
}

function callIn(item: JsonValue | undefined, names: readonly string[]): WrittenCall | undefined {
  if (!isJsonObject(item)) return undefined;
  const { function: own } = item;
  const call = isJsonObject(own) ? own : item;
  const written = NAMES.map((key) => call[key]).find((value) => typeof value === 'string');
  const name = written === undefined ? undefined : resolveName(written, names);
  const key = ARGUMENTS.find((one) => Object.hasOwn(call, one));
  const values = argumentsIn(key === undefined ? null : call[key]);
  return name === undefined || !values || isExample(values) ? undefined : { name, arguments: values };
}

/** Models add prefixes and change capitals. More than one match is none. */
function resolveName(written: string, names: readonly string[]): string | undefined {
  if (names.includes(written)) return written;
  const plain = written
    .trim()
    .replace(/^(?:functions?|tools?)[.:]/i, '')
    .toLowerCase();
  const matches = names.filter((name) => name.toLowerCase() === plain);
  return matches.length === 1 ? matches[0] : undefined;
}

function argumentsIn(value: JsonValue | undefined): JsonObject | undefined {
  if (value === null || value === undefined) return {};
  if (isJsonObject(value)) return value;
  if (typeof value !== 'string') return undefined;
  const decoded = value.trim() === '' ? {} : parseLoose(value);
  return isJsonObject(decoded) ? decoded : undefined;
}

/** The arguments of the example in the prompt, which some models copy. */
export function exampleOf(schema: JsonObject): JsonObject {
  const { required, properties } = schema;
  const keys = Array.isArray(required) ? required : Object.keys(isJsonObject(properties) ? properties : {});
  const named = keys.filter((key) => typeof key === 'string').slice(0, 5);
  return Object.fromEntries(named.map((key) => [key, `<${key}>`]));
}

function isExample(values: JsonObject): boolean {
  const entries = Object.entries(values);
  return entries.length > 0 && entries.every(([key, value]) => value === `<${key}>`);
}
