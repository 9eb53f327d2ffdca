import {
  type CallContext,
  type ChatRequest,
  defined,
  type EncodedRequest,
  type JsonObject,
  type Tool,
  type ToolChoice,
} from '@dragoman/core';
import { encodeMessages } from './encode-messages.ts';
import { EFFORTS, OPENAI_CHAT } from './wire.ts';

type Context = Pick<CallContext, 'capabilities' | 'drop'>;

/** Encodes a request for `POST /chat/completions` of an upstream. */
export function encodeRequest(request: ChatRequest, context: Context): EncodedRequest {
  const { capabilities } = context;
  const tools = request.tools.flatMap((tool) => encodeTool(tool, context));
  const body = defined({
    ...request.extensions?.[OPENAI_CHAT],
    model: request.model,
    messages: encodeMessages(request.system, request.messages, context),
    stream: request.stream || undefined,
    stream_options: request.stream ? { include_usage: true } : undefined,
    tools: tools.length > 0 ? tools : undefined,
    tool_choice: tools.length > 0 ? encodeToolChoice(request.toolChoice, context) : undefined,
    parallel_tool_calls: tools.length > 0 ? request.toolChoice?.parallel : undefined,
    web_search_options: request.tools.find((tool) => tool.kind === 'hosted' && tool.hosted === 'web-search') && webSearch(request),
    [capabilities.maxTokensParam]: request.maxTokens,
    stop: encodeStop(request, context),
    ...encodeSampling(request, context),
    reasoning_effort: encodeEffort(request, context),
    response_format: encodeOutput(request, context),
    verbosity: request.verbosity,
    modalities: request.modalities,
    prompt_cache_key: request.cacheKey,
    safety_identifier: request.user,
    metadata: request.metadata,
    service_tier: request.serviceTier,
    store: request.store,
  });
  return { path: '/chat/completions', body };
}

function encodeTool(tool: Tool, { drop }: Context): readonly JsonObject[] {
  if (tool.kind === 'hosted') {
    if (tool.hosted !== 'web-search') drop('tools', `The hosted tool ${tool.name} does not exist here.`);
    return [];
  }
  const { name, description, extensions } = tool;
  if (tool.kind === 'function') {
    const called = defined({ name, description, parameters: tool.schema, strict: tool.strict });
    return [{ type: 'function', function: called, ...extensions?.[OPENAI_CHAT] }];
  }
  const format = tool.grammar && { type: 'grammar', grammar: tool.grammar };
  return [{ type: 'custom', custom: defined({ name, description, format }), ...extensions?.[OPENAI_CHAT] }];
}

function webSearch({ tools }: ChatRequest): JsonObject {
  const tool = tools.find((candidate) => candidate.kind === 'hosted' && candidate.hosted === 'web-search');
  return (tool?.kind === 'hosted' ? tool.options : undefined) ?? {};
}

const MODES = { auto: 'auto', none: 'none', any: 'required' } as const;

function encodeToolChoice(choice: ToolChoice | undefined, { capabilities, drop }: Context): string | JsonObject | undefined {
  if (!choice) return undefined;
  const { mode, names = [] } = choice;
  if (mode !== 'auto' && mode !== 'none' && !capabilities.forcedToolChoice) {
    drop('tool_choice', 'The model takes no forced tool choice.');
    return 'auto';
  }
  if (mode === 'one') return { type: 'function', function: { name: names[0] ?? '' } };
  if (names.length === 0 || mode === 'none') return choice.parallel !== undefined && mode === 'auto' ? undefined : MODES[mode];
  const tools = names.map((name) => ({ type: 'function', function: { name } }));
  return { type: 'allowed_tools', allowed_tools: { mode: MODES[mode], tools } };
}

function encodeStop({ stop }: ChatRequest, { capabilities, drop }: Context): readonly string[] | undefined {
  if (!stop) return undefined;
  if (capabilities.stop) return stop;
  drop('stop', 'The model takes no stop sequences.');
  return undefined;
}

function encodeSampling({ sampling }: ChatRequest, { capabilities, drop }: Context): JsonObject {
  const wished = defined({
    temperature: sampling.temperature,
    top_p: sampling.topP,
    top_k: sampling.topK,
    seed: sampling.seed,
    presence_penalty: sampling.presencePenalty,
    frequency_penalty: sampling.frequencyPenalty,
    logit_bias: sampling.logitBias,
    logprobs: sampling.logprobs,
    top_logprobs: sampling.topLogprobs,
    n: sampling.count,
  }) as JsonObject;
  if (capabilities.sampling === 'full') return wished;
  const { temperature, n, ...refused } = wished;
  const keepsTemperature = capabilities.sampling === 'temperature';
  const dropped = keepsTemperature ? refused : { ...refused, ...defined({ temperature }) };
  for (const name of Object.keys(dropped)) drop(name, 'The model takes no such parameter.');
  return defined({ temperature: keepsTemperature ? temperature : undefined, n });
}

/** The nearest lower level that the model knows, else its lowest. */
function encodeEffort(request: ChatRequest, { capabilities, drop }: Context): string | undefined {
  const effort = request.reasoning.effort ?? effortOfBudget(request);
  if (effort === undefined) return undefined;
  const levels = capabilities.effortLevels;
  if (request.protocol === OPENAI_CHAT || levels.includes(effort)) return effort;
  const rank = EFFORTS.indexOf(effort);
  const lower = levels.filter((level) => EFFORTS.indexOf(level) < rank);
  const chosen = lower.toSorted((a, b) => EFFORTS.indexOf(b) - EFFORTS.indexOf(a))[0] ?? levels[0];
  if (effort === 'none' || chosen === undefined) {
    drop('reasoning', 'The model takes no such reasoning effort.');
    return undefined;
  }
  return chosen;
}

const BUDGETS = [
  [0, 'none'],
  [1024, 'minimal'],
  [4096, 'low'],
  [12_288, 'medium'],
  [20_480, 'high'],
  [32_768, 'xhigh'],
] as const;

function effortOfBudget({ reasoning }: ChatRequest): (typeof EFFORTS)[number] | undefined {
  const { budgetTokens, off } = reasoning;
  if (off) return 'none';
  if (budgetTokens === undefined || budgetTokens < 0) return undefined;
  return BUDGETS.find(([most]) => budgetTokens <= most)?.[1] ?? 'max';
}

function encodeOutput({ output }: ChatRequest, { capabilities, drop }: Context): JsonObject | undefined {
  if (!output) return undefined;
  if (output.type === 'text') return { type: 'text' };
  if (output.type === 'schema' && capabilities.structured === 'native') {
    const { name = 'response', description, schema, strict } = output;
    return { type: 'json_schema', json_schema: defined({ name, description, schema, strict }) };
  }
  if (capabilities.structured === 'none') {
    drop('response_format', 'The model has no structured output.');
    return undefined;
  }
  if (output.type === 'schema') drop('response_format.json_schema', 'The model makes JSON but follows no schema.');
  return { type: 'json_object' };
}
