import {
  type ChatRequest,
  defined,
  describeFreeform,
  FREEFORM_SCHEMA,
  type JsonObject,
  type JsonValue,
  type Tool,
} from '@dragoman/plugin';
import type { EncodeRequestContext } from '../../common/encode-request-context.ts';
import { encodeToolChoice as encodeChoice } from '../../common/encode-tool-choice.ts';
import { refuseHosted } from '../../common/encode-common.ts';
import { withExtensions } from '../extensions.ts';

/** The tools that the upstream takes as `tools`. */
export function encodeTools({ tools }: ChatRequest, context: EncodeRequestContext): readonly JsonObject[] {
  return tools.flatMap((tool) => encodeTool(tool, context));
}

function encodeTool(tool: Tool, context: EncodeRequestContext): readonly JsonObject[] {
  if (tool.kind === 'hosted') {
    if (tool.hosted !== 'web-search') throw refuseHosted(tool.name);
    return [];
  }
  const { names, isNative, drop } = context;
  if (tool.cache) drop('tools.cache', 'Tools carry no cache marks here.');
  const { description, extensions } = tool;
  const name = names.toWire(tool.name, tool.namespace);
  if (tool.kind === 'function') {
    const called = defined({ name, description, parameters: tool.schema, strict: tool.strict });
    return [withExtensions({ type: 'function', function: called }, extensions)];
  }
  // Few servers of this wire know tools that take free text.
  if (!isNative) {
    const called = { name, description: describeFreeform(tool), parameters: FREEFORM_SCHEMA };
    return [{ type: 'function', function: defined(called) }];
  }
  const format = tool.grammar && { type: 'grammar', grammar: tool.grammar };
  return [withExtensions({ type: 'custom', custom: defined({ name, description, format }) }, extensions)];
}

/** Searching the web is no tool here but a field of its own. */
export function encodeWebSearch(
  { tools }: ChatRequest,
  { isNative, drop }: EncodeRequestContext,
): JsonObject | undefined {
  for (const tool of tools) {
    if (tool.kind !== 'hosted' || tool.hosted !== 'web-search') continue;
    if (isNative) return tool.options ?? {};
    const { contextSize, location, ...others } = tool.search ?? {};
    for (const name of Object.keys(others)) drop(`tools.${name}`, 'The search has no such parameter here.');
    const user_location = location && { type: 'approximate', approximate: location };
    return defined({ search_context_size: contextSize, user_location });
  }
  return undefined;
}

export function encodeToolChoice(request: ChatRequest, context: EncodeRequestContext): JsonValue | undefined {
  return encodeChoice(request, context, {
    name: (name, tools) => nameTool(name, tools, context),
    allow: (mode, allowed) => ({ type: 'allowed_tools', allowed_tools: { mode, tools: allowed } }),
  });
}

function nameTool(
  name: string,
  tools: ReadonlyMap<string, Tool>,
  { names, isNative }: EncodeRequestContext,
): JsonObject {
  const known = tools.get(name);
  const type = isNative && known?.kind === 'freeform' ? 'custom' : 'function';
  const namespace = known?.kind === 'hosted' ? undefined : known?.namespace;
  return { type, [type]: { name: names.toWire(name, namespace) } };
}
