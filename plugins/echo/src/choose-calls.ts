import {
  type ChatRequest,
  type FreeformTool,
  type FunctionTool,
  GatewayError,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type Tool,
} from '@dragoman/plugin';
import type { Prompt } from './read-prompt.ts';
import { sampleSchemas } from './sample.ts';

type Callable = FunctionTool | FreeformTool;

export interface ToolCall {
  readonly tool: Callable;
  readonly arguments: string;
}

/** Words of tool names that say nothing about what a prompt is about. */
const VERBS = new Set('get set list find make create read write call run use the tool function'.split(' '));

/** The calls to answer with: of the tools that the prompt mentions, or of any when the client insists. */
export function chooseCalls(request: ChatRequest, prompt: Prompt): readonly ToolCall[] {
  const { mode = 'auto', names, parallel = true } = request.toolChoice ?? {};
  const insists = mode === 'any' || mode === 'one';
  if (mode === 'none' || (prompt.results.length > 0 && !insists)) return [];
  const allowed = names && new Set(names);
  const tools = request.tools.filter(isCallable).filter(({ name }) => allowed?.has(name) ?? true);
  const mentions = mentionsIn(prompt.text);
  const mentioned = tools.filter(({ name }) => mentions(name));
  const chosen = mentioned.length > 0 || !insists ? mentioned : tools.slice(0, 1);
  const called = chosen.slice(0, parallel && mode !== 'one' ? undefined : 1);
  if (called.length === 0) return [];
  const values = sampleSchemas(called.map(schemaOf), findObject(prompt.text));
  return called.map((tool, at) => ({ tool, arguments: writeArguments(tool, values[at], prompt.text) }));
}

function isCallable(tool: Tool): tool is Callable {
  return tool.kind !== 'hosted';
}

/** How much of a prompt is searched for names of tools. */
const SEARCHED_LENGTH = 16_000;

/** Tells whether a text has a tool's name in it, or a telling word of the name: "weather" for `get_weather`. */
function mentionsIn(prompt: string): (name: string) => boolean {
  const text = prompt.slice(0, SEARCHED_LENGTH);
  const lower = text.toLowerCase();
  const words = new Set(splitWords(text));
  return (name) =>
    lower.includes(name.toLowerCase()) ||
    splitWords(name).some((word) => word.length > 2 && !VERBS.has(word) && words.has(word));
}

function splitWords(text: string): readonly string[] {
  const apart = text.replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2').toLowerCase();
  return apart.match(/[\p{L}\p{N}]+/gu) ?? [];
}

function schemaOf(tool: Callable): JsonValue {
  if (tool.kind === 'function') return { type: 'object', ...tool.schema };
  return tool.grammar?.syntax === 'regex' && { type: 'string', pattern: tool.grammar.definition };
}

function writeArguments(tool: Callable, value: JsonValue | undefined, text: string): string {
  if (tool.kind === 'freeform') return typeof value === 'string' ? value : text;
  if (value !== undefined) return JSON.stringify(value);
  const message = `No arguments were found that satisfy the schema of the tool ${tool.name}.`;
  throw new GatewayError('invalid', message, { field: 'tools' });
}

/** The JSON object in a prompt such as `weather for {"city": "Oslo"}`. */
function findObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
