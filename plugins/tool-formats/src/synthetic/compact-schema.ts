import { isJsonObject, type JsonValue, type TextTool } from '@dragoman/plugin';

/** What the tools may take of the prompt as they are, in characters: long lists make models talk about calls. */
const BUDGET = 24_000;
const MAX_DESCRIPTION = 200;
const LEFT_OUT = new Set(['$schema', '$id', 'title', 'examples', 'example', 'default']);

/** The tools with shorter schemas, if they are long; types, choices and required fields stay. */
export function compactTools(tools: readonly TextTool[]): readonly TextTool[] {
  if (JSON.stringify(tools).length <= BUDGET) return tools;
  return tools.map(({ name, description, schema }) => ({
    name,
    description: description?.slice(0, MAX_DESCRIPTION),
    schema: Object.fromEntries(Object.entries(schema).flatMap(([key, value]) => compactMember(key, value))),
  }));
}

function compactMember(key: string, value: JsonValue | undefined): readonly [string, JsonValue][] {
  if (value === undefined || LEFT_OUT.has(key)) return [];
  if (key === 'description' && typeof value === 'string') return [[key, value.slice(0, MAX_DESCRIPTION)]];
  // Its members are names of the tool's own.
  if (key === 'properties' && isJsonObject(value)) {
    const entries = Object.entries(value).map(([name, own]) => [name, compact(own ?? null)] as const);
    return [[key, Object.fromEntries(entries)]];
  }
  return [[key, key === 'enum' || key === 'const' || key === 'required' ? value : compact(value)]];
}

function compact(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map((item: JsonValue) => compact(item));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).flatMap(([key, own]) => compactMember(key, own)));
}
