import {
  type CallContext,
  type ChatRequest,
  defined,
  describeFreeform,
  FREEFORM_SCHEMA,
  GatewayError,
  type HostedTool,
  type JsonObject,
  type Tool,
  type ToolNames,
  type WebSearch,
} from '@dragoman/plugin';
import { encodeCache } from './encode-content.ts';
import { ANTHROPIC } from '../wire.ts';

type Drop = Pick<CallContext, 'drop'>;

/** The tools that the model may call now: a choice among some of them leaves out the others. */
export function encodeTools(request: ChatRequest, names: ToolNames, context: Drop): readonly JsonObject[] {
  const { tools, toolChoice, protocol } = request;
  const allowed = toolChoice?.names && toolChoice.mode !== 'one' ? new Set(toolChoice.names) : undefined;
  return tools
    .filter(({ name }) => !allowed || allowed.has(name))
    .map((tool) => {
      if (tool.kind !== 'hosted') return encodeTool(tool, names);
      return protocol === ANTHROPIC && tool.options ? tool.options : encodeHosted(tool, context);
    });
}

function encodeTool(tool: Exclude<Tool, HostedTool>, names: ToolNames): JsonObject {
  const { name, namespace, description, cache, extensions } = tool;
  const own = extensions?.[ANTHROPIC] ?? {};
  // Tools that Anthropic defines are named by type, and their schema is not theirs to be told.
  if (own['type'] !== undefined && own['type'] !== 'custom') return { ...own, name };
  if (tool.kind === 'freeform') {
    return defined({
      name: names.toWire(name, namespace),
      description: describeFreeform(tool),
      input_schema: FREEFORM_SCHEMA,
      cache_control: encodeCache(cache),
    });
  }
  return defined({
    name: names.toWire(name, namespace),
    description,
    input_schema: { properties: {}, ...tool.schema, type: 'object' },
    strict: tool.strict || undefined,
    cache_control: encodeCache(cache),
    ...own,
  });
}

/** What runs at the upstream is refused unless this one has it: the answer would be another. */
function encodeHosted({ hosted, name, search = {} }: HostedTool, { drop }: Drop): JsonObject {
  if (hosted !== 'web-search') {
    throw new GatewayError(
      'invalid',
      `The model's upstream has no hosted tool like ${JSON.stringify(name)}.`,
      {
        field: 'tools',
        code: 'unsupported_parameter',
      },
    );
  }
  if (search.contextSize !== undefined) drop('search_context_size', 'The upstream has no such parameter.');
  return encodeWebSearch(search);
}

function encodeWebSearch({ allowedDomains, blockedDomains, maxUses, location }: WebSearch): JsonObject {
  return defined({
    type: 'web_search_20250305',
    name: 'web_search',
    max_uses: maxUses,
    allowed_domains: allowedDomains,
    // Only one of the two lists is taken.
    blocked_domains: allowedDomains ? undefined : blockedDomains,
    user_location: location && { type: 'approximate', ...location },
  });
}

/** `undefined` where the model is free to choose. */
export function encodeToolChoice(
  { toolChoice }: ChatRequest,
  names: ToolNames,
  isForcible: boolean,
): JsonObject | undefined {
  if (!toolChoice) return undefined;
  const { mode, names: [name = ''] = [], parallel } = toolChoice;
  const single = parallel === false ? { disable_parallel_tool_use: true } : {};
  if (mode === 'none') return { type: 'none' };
  if (mode === 'auto' || !isForcible) return { type: 'auto', ...single };
  return mode === 'one' ? { type: 'tool', name: names.toWire(name), ...single } : { type: 'any', ...single };
}

export function isForced({ toolChoice }: ChatRequest): boolean {
  return toolChoice?.mode === 'any' || toolChoice?.mode === 'one';
}
