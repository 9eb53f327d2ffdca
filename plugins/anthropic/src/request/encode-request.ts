import {
  type CallContext,
  type ChatRequest,
  defined,
  dropFields,
  type EncodedRequest,
  forcedToolInstruction,
  formatInstruction,
  GatewayError,
  type JsonObject,
} from '@dragoman/plugin';
import { toolNamesOf } from '../tool-names.ts';
import { encodeText } from './encode-content.ts';
import { encodeMessages } from './encode-messages.ts';
import { encodeEffort, encodeThinking } from './encode-reasoning.ts';
import { encodeToolChoice, encodeTools, isForced } from './encode-tools.ts';
import { reduceOutputSchema } from './output-schema.ts';
import { ANTHROPIC } from '../wire.ts';

type Context = Pick<CallContext, 'capabilities' | 'drop'>;

/** What the API needs and many clients do not say. */
const DEFAULT_MAX_TOKENS = 4096;

/** Encodes a request for `POST /v1/messages` of an upstream. */
export function encodeRequest(request: ChatRequest, context: Context): EncodedRequest {
  refuseOthers(request);
  const { capabilities } = context;
  const names = toolNamesOf(request);
  const messages = encodeMessages(request.messages, { ...context, names });
  if (messages.length === 0)
    throw unsupported('messages', 'The upstream needs a message besides the system text.');
  const tools = encodeTools(request, names, context);
  const maxTokens = encodeMaxTokens(request, context);
  const isForcible = tools.length > 0 && isForced(request) && capabilities.forcedToolChoice;
  const thinking = encodeThinkingBesides(request, { maxTokens, isForcible }, context);
  dropOthers(request, context);
  const isThinking = thinking !== undefined && thinking['type'] !== 'disabled';
  const { attribution: _, thread: __, ...kept } = request.extensions?.[ANTHROPIC] ?? {};
  const body = defined({
    ...kept,
    model: request.model,
    max_tokens: maxTokens,
    system: filled(encodeSystem(request, tools.length > 0 && !isForcible, context)),
    messages: messages as unknown as readonly JsonObject[],
    tools: filled(tools),
    tool_choice: tools.length > 0 ? encodeToolChoice(request, names, isForcible) : undefined,
    stream: request.stream || undefined,
    stop_sequences: encodeStop(request, context),
    thinking,
    output_config: encodeOutputConfig(request, context),
    ...encodeSampling(request, isThinking, context),
    metadata: request.user === undefined ? undefined : { user_id: request.user },
    service_tier: encodeTier(request, context),
  });
  return { path: '/v1/messages', body };
}

/** What changes the meaning of the answer is refused and not dropped. */
function refuseOthers({ sampling, modalities = [], serverState = {} }: ChatRequest): void {
  if (modalities.some((modality) => modality !== 'text'))
    throw unsupported('modalities', 'The upstream answers in text only.');
  if ((sampling.count ?? 1) > 1) throw unsupported('n', 'The upstream gives one choice only.');
  const [state] = Object.keys(serverState);
  if (state !== undefined)
    throw unsupported(state, `${state} names state that this model's upstream does not have.`);
}

function encodeMaxTokens({ maxTokens }: ChatRequest, { capabilities, drop }: Context): number {
  const most = capabilities.maxOutput;
  if (maxTokens === undefined) return most ?? DEFAULT_MAX_TOKENS;
  if (most === undefined || maxTokens <= most) return maxTokens;
  drop('max_tokens', `The model answers with at most ${most} tokens.`);
  return most;
}

/** The API refuses thinking together with a forced choice; the choice counts more. */
function encodeThinkingBesides(
  request: ChatRequest,
  { maxTokens, isForcible }: { readonly maxTokens: number; readonly isForcible: boolean },
  context: Context,
): JsonObject | undefined {
  const thinking = encodeThinking(request, maxTokens, context);
  const isOptional = context.capabilities.thinking !== 'always-adaptive';
  if (!thinking || thinking['type'] === 'disabled' || !isForcible || !isOptional) return thinking;
  context.drop('reasoning', 'The model does not think where it must call a tool.');
  return undefined;
}

function encodeSystem(
  { system, toolChoice, output, extensions }: ChatRequest,
  isChoiceTold: boolean,
  context: Context,
): readonly JsonObject[] {
  const attribution = extensions?.[ANTHROPIC]?.['attribution'];
  const instructions = [
    isChoiceTold && toolChoice ? forcedToolInstruction(toolChoice) : undefined,
    output && !takesSchema(output, context) ? formatInstruction(output) : undefined,
  ];
  const [choice, format] = instructions;
  if (choice) context.drop('tool_choice', 'The model takes no forced tool choice and is asked in words.');
  if (format) context.drop('response_format', 'The model makes JSON by a schema only and is asked in words.');
  return [
    ...(typeof attribution === 'string' ? [{ type: 'text', text: attribution }] : []),
    ...system.flatMap(({ content }) => content.flatMap(encodeText)),
    ...instructions.flatMap((text) => (text === undefined ? [] : [{ type: 'text', text }])),
  ];
}

function takesSchema({ type }: NonNullable<ChatRequest['output']>, { capabilities }: Context): boolean {
  const { structured } = capabilities;
  return type === 'schema' && (structured === 'native' || structured === 'output_config');
}

function encodeOutputConfig(request: ChatRequest, context: Context): JsonObject | undefined {
  const { output } = request;
  const effort = encodeEffort(request, context);
  if (output?.description !== undefined)
    context.drop('response_format.description', 'The upstream has no description of the answer.');
  const format =
    output && takesSchema(output, context)
      ? { type: 'json_schema', schema: reduceOutputSchema(output.schema ?? {}) }
      : undefined;
  return effort !== undefined || format ? defined({ effort, format }) : undefined;
}

function encodeStop({ stop }: ChatRequest, { capabilities, drop }: Context): readonly string[] | undefined {
  const usable = stop?.filter((text) => text.trim() !== '');
  if (stop && (!capabilities.stop || usable?.length !== stop.length))
    drop('stop', 'The model does not take these stop sequences.');
  return capabilities.stop ? filled(usable ?? []) : undefined;
}

/** Other wires have temperatures of up to 2. */
const MOST_RANDOM = 1;

function encodeSampling(
  { sampling }: ChatRequest,
  isThinking: boolean,
  { capabilities, drop }: Context,
): JsonObject {
  const { temperature, topP, topK, count: _, ...others } = sampling;
  for (const name of Object.keys(others)) drop(name, 'The upstream has no such parameter.');
  const wished = defined({
    temperature: temperature === undefined ? undefined : Math.min(temperature, MOST_RANDOM),
    top_p: topP,
    top_k: topK,
  });
  if (temperature !== undefined && temperature > MOST_RANDOM)
    drop('temperature', `The upstream takes at most ${MOST_RANDOM}.`);
  const kept = keptSampling(wished, isThinking ? 'none' : capabilities.sampling);
  for (const name of Object.keys(wished))
    if (!(name in kept)) drop(name, 'The model takes no such parameter now.');
  return kept;
}

function keptSampling(wished: JsonObject, allowed: 'full' | 'temperature' | 'none'): JsonObject {
  if (allowed === 'full') return wished;
  return allowed === 'temperature' ? defined({ temperature: wished['temperature'] }) : {};
}

const TIERS: Readonly<Record<string, string>> = {
  auto: 'auto',
  default: 'auto',
  standard_only: 'standard_only',
};

function encodeTier({ serviceTier }: ChatRequest, { drop }: Context): string | undefined {
  if (serviceTier === undefined) return undefined;
  if (!Object.hasOwn(TIERS, serviceTier)) drop('service_tier', 'The upstream has no such tier.');
  return TIERS[serviceTier];
}

/** What tunes an answer elsewhere and has no name here, by the name that it has there. */
const UNKNOWN = {
  verbosity: 'verbosity',
  cacheKey: 'prompt_cache_key',
  metadata: 'metadata',
  safety: 'safetySettings',
} as const;

function dropOthers(request: ChatRequest, { drop }: Context): void {
  dropFields(request, UNKNOWN, drop);
  if (request.store) drop('store', 'The upstream keeps no replies.');
}

function filled<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length > 0 ? items : undefined;
}

function unsupported(field: string, message: string): GatewayError {
  return new GatewayError('invalid', message, { field, code: 'unsupported_parameter' });
}
