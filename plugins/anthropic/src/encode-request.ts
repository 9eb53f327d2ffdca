import {
  budgetOf,
  type CallContext,
  type ChatRequest,
  clampEffort,
  createToolNames,
  defined,
  effortOf,
  type EncodedRequest,
  GatewayError,
  type JsonObject,
  type Tool,
  type ToolNames,
} from '@dragoman/core';
import { encodeCache, encodeText } from './encode-content.ts';
import { encodeMessages } from './encode-messages.ts';
import { ANTHROPIC } from './wire.ts';

type Context = Pick<CallContext, 'capabilities' | 'drop'>;

/** What the API needs and many clients do not say. */
const DEFAULT_MAX_TOKENS = 4096;
const LEAST_BUDGET = 1024;

/** The names that the API takes; the decoder of the reply finds the client's own again. */
export function toolNamesOf(request: ChatRequest): ToolNames {
  return createToolNames(request, { pattern: /^[A-Za-z0-9_-]+$/, maxLength: 128 });
}

/** Encodes a request for `POST /v1/messages` of an upstream. */
export function encodeRequest(request: ChatRequest, context: Context): EncodedRequest {
  if ((request.sampling.count ?? 1) > 1) throw unsupported('n', 'The upstream gives one choice only.');
  const names = toolNamesOf(request);
  const messages = encodeMessages(request.messages, { ...context, names });
  if (messages.length === 0)
    throw unsupported('messages', 'The upstream needs a message besides the system text.');
  const tools = request.tools.flatMap((tool) => encodeTool(tool, names, context));
  const maxTokens = request.maxTokens ?? context.capabilities.maxOutput ?? DEFAULT_MAX_TOKENS;
  const thinking = encodeThinking(request, maxTokens, context);
  dropOthers(request, context);
  const isThinking = thinking !== undefined && thinking['type'] !== 'disabled';
  const body = defined({
    ...request.extensions?.[ANTHROPIC],
    model: request.model,
    max_tokens: maxTokens,
    system: filled(request.system.flatMap(({ content }) => content.flatMap(encodeText))),
    messages: messages as unknown as readonly JsonObject[],
    tools: filled(tools),
    tool_choice: tools.length > 0 ? encodeToolChoice(request, { context, names, isThinking }) : undefined,
    stream: request.stream || undefined,
    stop_sequences: encodeStop(request, context),
    thinking,
    output_config: encodeOutputConfig(request, context),
    ...encodeSampling(request, isThinking, context),
    metadata: request.user === undefined ? undefined : { user_id: request.user },
  });
  return { path: '/v1/messages', body };
}

function encodeTool(tool: Tool, names: ToolNames, { drop }: Context): readonly JsonObject[] {
  if (tool.kind === 'hosted') {
    if (tool.options?.['name'] === tool.name) return [tool.options];
    drop('tools', `The hosted tool ${tool.name} does not exist here.`);
    return [];
  }
  const { name, description, cache, extensions } = tool;
  const free = { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] };
  const schema = tool.kind === 'freeform' ? free : { properties: {}, ...tool.schema, type: 'object' };
  return [
    defined({
      name: names.toWire(name),
      description,
      input_schema: schema,
      strict: tool.kind === 'function' ? tool.strict || undefined : undefined,
      cache_control: encodeCache(cache),
      ...extensions?.[ANTHROPIC],
    }),
  ];
}

interface ChoiceInput {
  readonly context: Context;
  readonly names: ToolNames;
  readonly isThinking: boolean;
}

function encodeToolChoice(
  { toolChoice }: ChatRequest,
  { context, names, isThinking }: ChoiceInput,
): JsonObject | undefined {
  if (!toolChoice) return undefined;
  const { mode, names: [name = ''] = [], parallel } = toolChoice;
  const single = parallel === false ? { disable_parallel_tool_use: true } : {};
  if (mode === 'none') return { type: 'none' };
  const isForced = mode === 'any' || mode === 'one';
  if (isForced && (isThinking || !context.capabilities.forcedToolChoice)) {
    context.drop('tool_choice', 'The model takes no forced tool choice, or not while it thinks.');
    return { type: 'auto', ...single };
  }
  return mode === 'one' ? { type: 'tool', name: names.toWire(name), ...single } : { type: mode, ...single };
}

function encodeThinking(
  request: ChatRequest,
  maxTokens: number,
  { capabilities, drop }: Context,
): JsonObject | undefined {
  const effort = effortOf(request.reasoning);
  if (effort === undefined && !request.reasoning.adaptive) return undefined;
  switch (capabilities.thinking) {
    case 'none':
    case 'level':
      if (effort !== 'none') drop('reasoning', 'The model does not think.');
      return undefined;
    case 'always-adaptive':
      return undefined;
    case 'adaptive':
      return { type: effort === 'none' ? 'disabled' : 'adaptive' };
    case 'budget': {
      if (effort === 'none') return { type: 'disabled' };
      const wished = request.reasoning.budgetTokens ?? budgetOf(effort ?? 'medium');
      // A quarter stays for the answer where that is possible.
      const most = Math.max(
        LEAST_BUDGET,
        Math.min(Math.floor(maxTokens * 0.75), capabilities.thinkingBudgetMax ?? maxTokens),
      );
      const budget = Math.min(Math.max(wished, LEAST_BUDGET), most);
      if (budget < maxTokens) return { type: 'enabled', budget_tokens: budget };
      drop('reasoning', 'The most tokens of the answer leave no room to think.');
      return undefined;
    }
  }
}

function encodeOutputConfig(request: ChatRequest, { capabilities, drop }: Context): JsonObject | undefined {
  const { output, reasoning } = request;
  const adaptive = capabilities.thinking === 'adaptive' || capabilities.thinking === 'always-adaptive';
  const wished = adaptive ? effortOf(reasoning) : undefined;
  const effort =
    wished === undefined
      ? undefined
      : clampEffort(wished === 'none' ? 'low' : wished, capabilities.effortLevels);
  if (output?.type === 'json') drop('response_format', 'The upstream makes JSON by a schema only.');
  const isNative = capabilities.structured === 'native' || capabilities.structured === 'output_config';
  if (output?.type === 'schema' && !isNative) drop('response_format', 'The model has no structured output.');
  const format =
    output?.type === 'schema' && isNative ? { type: 'json_schema', schema: output.schema ?? {} } : undefined;
  return effort || format ? defined({ effort, format }) : undefined;
}

function encodeStop({ stop }: ChatRequest, { capabilities, drop }: Context): readonly string[] | undefined {
  const usable = stop?.filter((text) => text.trim() !== '');
  if (stop && (!capabilities.stop || usable?.length !== stop.length))
    drop('stop', 'The model does not take these stop sequences.');
  return capabilities.stop ? filled(usable ?? []) : undefined;
}

function encodeSampling(
  { sampling }: ChatRequest,
  isThinking: boolean,
  { capabilities, drop }: Context,
): JsonObject {
  const { temperature, topP, topK, count: _, ...others } = sampling;
  for (const name of Object.keys(others)) drop(name, 'The upstream has no such parameter.');
  const wished = defined({
    temperature: temperature === undefined ? undefined : Math.min(temperature, 1),
    top_p: topP,
    top_k: topK,
  });
  const kept = keptSampling(wished, isThinking ? 'none' : capabilities.sampling);
  for (const name of Object.keys(wished))
    if (!(name in kept)) drop(name, 'The model takes no such parameter now.');
  return kept;
}

function keptSampling(wished: JsonObject, allowed: 'full' | 'temperature' | 'none'): JsonObject {
  if (allowed === 'full') return wished;
  return allowed === 'temperature' ? defined({ temperature: wished['temperature'] }) : {};
}

/** What tunes an answer elsewhere and has no name here. */
function dropOthers(request: ChatRequest, { drop }: Context): void {
  if (request.protocol === ANTHROPIC) return;
  for (const name of ['verbosity', 'modalities', 'cacheKey', 'metadata', 'serviceTier', 'store'] as const) {
    if (request[name] !== undefined) drop(name, 'The upstream has no such parameter.');
  }
}

function filled<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length > 0 ? items : undefined;
}

function unsupported(field: string, message: string): GatewayError {
  return new GatewayError('invalid', message, { field, code: 'unsupported_parameter' });
}
