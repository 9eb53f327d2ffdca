import {
  type ChatRequest,
  defined,
  type HostedTool,
  type JsonObject,
  type JsonValue,
  type Tool,
} from '@dragoman/plugin';
import type { EncodeRequestContext } from '../../common/encode-request-context.ts';
import { encodeToolChoice as encodeChoice } from '../../common/encode-tool-choice.ts';
import { refuseHosted } from '../../common/encode-common.ts';
import { withExtensions } from '../extensions.ts';

/** Encodes `tools`; those of a namespace carry it in their names. */
export function encodeTools({ tools }: ChatRequest, context: EncodeRequestContext): readonly JsonObject[] {
  return tools.map((tool) => encodeTool(tool, context));
}

const NO_PARAMETERS: JsonObject = { type: 'object', properties: {} };

function encodeTool(tool: Tool, context: EncodeRequestContext): JsonObject {
  if (tool.kind === 'hosted') return encodeHosted(tool, context);
  const { names, drop } = context;
  if (tool.cache) drop('tools.cache', 'Tools carry no cache marks here.');
  const { description, extensions } = tool;
  const name = names.toWire(tool.name, tool.namespace);
  if (tool.kind === 'freeform') {
    const format = tool.grammar && { type: 'grammar', ...tool.grammar };
    return withExtensions(defined({ type: 'custom', name, description, format }), extensions);
  }
  // Left out, the server would take the schema for a strict one and change it.
  const strict = tool.strict ?? false;
  const parameters = tool.schema ?? NO_PARAMETERS;
  return withExtensions(defined({ type: 'function', name, description, parameters, strict }), extensions);
}

function encodeHosted(tool: HostedTool, { isNative, drop }: EncodeRequestContext): JsonObject {
  if (isNative && tool.options) return tool.options;
  if (tool.hosted !== 'web-search') throw refuseHosted(tool.name);
  const { contextSize, location, allowedDomains, ...others } = tool.search ?? {};
  for (const name of Object.keys(others)) drop(`tools.${name}`, 'The search has no such parameter here.');
  return defined({
    type: 'web_search',
    filters: allowedDomains && { allowed_domains: allowedDomains },
    search_context_size: contextSize,
    user_location: location && { type: 'approximate', ...location },
  });
}

export function encodeToolChoice(request: ChatRequest, context: EncodeRequestContext): JsonValue | undefined {
  return encodeChoice(request, context, {
    name: (name, tools) => nameTool(name, tools, context),
    allow: (mode, allowed) => ({ type: 'allowed_tools', mode, tools: allowed }),
  });
}

function nameTool(
  name: string,
  tools: ReadonlyMap<string, Tool>,
  { names }: EncodeRequestContext,
): JsonObject {
  const known = tools.get(name);
  if (known?.kind === 'hosted') return { type: name };
  return {
    type: known?.kind === 'freeform' ? 'custom' : 'function',
    name: names.toWire(name, known?.namespace),
  };
}
