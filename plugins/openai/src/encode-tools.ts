import { type ChatRequest, defined, type JsonObject, type JsonValue, type Tool } from '@dragoman/core';
import type { EncodeRequestContext } from './encode-context.ts';
import { withKept } from './kept.ts';

/** The tools that the upstream takes as `tools`. */
export function encodeTools({ tools }: ChatRequest, context: EncodeRequestContext): readonly JsonObject[] {
  return tools.flatMap((tool) => encodeTool(tool, context));
}

function encodeTool(tool: Tool, { drop }: EncodeRequestContext): readonly JsonObject[] {
  if (tool.kind === 'hosted') {
    if (tool.hosted !== 'web-search') drop('tools', `The hosted tool ${tool.name} does not exist here.`);
    return [];
  }
  if (tool.cache) drop('tools.cache', 'Tools carry no cache marks here.');
  const { name, description, extensions } = tool;
  if (tool.kind === 'function') {
    const called = defined({ name, description, parameters: tool.schema, strict: tool.strict });
    return [withKept({ type: 'function', function: called }, extensions)];
  }
  const format = tool.grammar && { type: 'grammar', grammar: tool.grammar };
  return [withKept({ type: 'custom', custom: defined({ name, description, format }) }, extensions)];
}

/** Searching the web is no tool here but a field of its own. */
export function encodeWebSearch({ tools }: ChatRequest): JsonObject | undefined {
  for (const tool of tools) {
    if (tool.kind === 'hosted' && tool.hosted === 'web-search') return tool.options ?? {};
  }
  return undefined;
}

const MODES = { auto: 'auto', none: 'none', any: 'required' } as const;

export function encodeToolChoice(
  { toolChoice, tools }: ChatRequest,
  { capabilities, drop }: EncodeRequestContext,
): JsonValue | undefined {
  if (!toolChoice) return undefined;
  const { mode, names = [], parallel } = toolChoice;
  const named = names.map((name) => nameTool(name, tools));
  if ((mode === 'any' || mode === 'one') && !capabilities.forcedToolChoice) {
    drop('tool_choice', 'The model takes no forced tool choice.');
    return 'auto';
  }
  if (mode === 'one') return named[0];
  if (mode !== 'none' && named.length > 0) {
    return { type: 'allowed_tools', allowed_tools: { mode: MODES[mode], tools: named } };
  }
  // Who only spoke of parallel calls chose nothing.
  return mode === 'auto' && parallel !== undefined ? undefined : MODES[mode];
}

function nameTool(name: string, tools: readonly Tool[]): JsonObject {
  const type = tools.some((tool) => tool.kind === 'freeform' && tool.name === name) ? 'custom' : 'function';
  return { type, [type]: { name } };
}
