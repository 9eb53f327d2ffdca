import {
  type CallContext,
  type ChatRequest,
  defined,
  type EncodedRequest,
  GatewayError,
  type JsonObject,
  pairToolResults,
  type SystemMessage,
} from '@dragoman/plugin';
import {
  digest,
  encodeCacheKey,
  encodeTier,
  instructions,
  refuseServerState,
} from '../../common/encode-common.ts';
import type { EncodeRequestContext } from '../../common/encode-request-context.ts';
import { encodeEffort } from '../../common/encode-effort.ts';
import { isNative, toolNamesOf } from './encode-context.ts';
import { encodeItems } from './encode-input.ts';
import { encodeToolChoice, encodeTools } from './encode-tools.ts';
import { withExtensions } from '../extensions.ts';
import { ENCRYPTED, LOGPROBS, RESPONSES } from '../wire.ts';

/** Encodes a request for `POST /responses` of an upstream. */
export function encodeRequest(
  request: ChatRequest,
  { capabilities, drop }: Pick<CallContext, 'capabilities' | 'drop'>,
): EncodedRequest {
  const own = isNative(request);
  const context = { capabilities, drop, names: toolNamesOf(request), isNative: own };
  refuse(request, context);
  const { stream, toolChoice, metadata, serverState } = request;
  const tools = encodeTools(request, context);
  const hasTools = tools.length > 0;
  const system = [...request.system, ...instructions(request, context)];
  const isMarked = takesMarks(system, context);
  const messages = own ? request.messages : pairToolResults(request.messages);
  const { reasoning, carries } = encodeReasoning(request, context);
  const include = [
    ...(carries ? [ENCRYPTED] : []),
    ...(request.sampling.logprobs || request.sampling.topLogprobs ? [LOGPROBS] : []),
  ];
  const body = defined({
    model: request.model,
    instructions: isMarked || system.length === 0 ? undefined : textOf(system),
    input: encodeItems([...(isMarked ? system : []), ...messages], context),
    stream: stream || undefined,
    // Padding against eavesdroppers would only cost.
    stream_options: stream ? { include_obfuscation: false } : undefined,
    tools: hasTools ? tools : undefined,
    tool_choice: hasTools ? encodeToolChoice(request, context) : undefined,
    parallel_tool_calls: hasTools ? toolChoice?.parallel : undefined,
    max_output_tokens: encodeMaxTokens(request, context),
    ...encodeSampling(request, context),
    reasoning,
    include: include.length > 0 ? include : undefined,
    text: encodeText(request, context),
    prompt_cache_key: encodeCacheKey(request, context),
    safety_identifier: encodeUser(request),
    metadata,
    service_tier: encodeTier(request, context),
    // Nothing of a conversation stays at an upstream unless a client of its own protocol says so.
    store: own && request.store === true,
    previous_response_id: serverState?.previousResponseId,
    conversation: serverState?.conversation,
  });
  return { path: '/responses', body: withExtensions(body, request.extensions) };
}

function refuse(request: ChatRequest, { isNative: own, drop }: EncodeRequestContext): void {
  if (!own) refuseServerState(request);
  if (!own && request.store) drop('store', 'Nothing stays at the upstream.');
  if (request.safety !== undefined) drop('safetySettings', 'The upstream has no safety settings.');
  if (request.stop !== undefined) drop('stop', 'The upstream takes no stop sequences.');
  const { modalities = [], sampling } = request;
  const other = modalities.find((modality) => modality !== 'text');
  if (other !== undefined) throw refused('modalities', `The model's upstream cannot answer in ${other}.`);
  if ((sampling.count ?? 1) > 1) throw refused('n', "The model's upstream gives one choice only.");
}

function refused(field: string, message: string): GatewayError {
  return new GatewayError('invalid', message, { field, code: 'unsupported_parameter' });
}

/** Whether system texts have cache marks, which only fit on items. */
function takesMarks(system: readonly SystemMessage[], { capabilities, drop }: EncodeRequestContext): boolean {
  if (!system.some(hasMark)) return false;
  if (!capabilities.promptCacheBreakpoints) drop('cache', 'The model takes no cache marks.');
  return capabilities.promptCacheBreakpoints;
}

function hasMark({ content }: SystemMessage): boolean {
  return content.some((part) => part.cache !== undefined);
}

function textOf(system: readonly SystemMessage[]): string {
  return system.flatMap(({ content }) => content.map((part) => part.text)).join('\n\n');
}

/** The API refuses less. */
const LEAST_OUTPUT = 16;

function encodeMaxTokens({ maxTokens }: ChatRequest, { isNative: own, drop }: EncodeRequestContext) {
  if (maxTokens === undefined || own || maxTokens >= LEAST_OUTPUT) return maxTokens;
  drop('max_tokens', `The upstream takes no less than ${LEAST_OUTPUT}.`);
  return LEAST_OUTPUT;
}

function encodeSampling({ sampling }: ChatRequest, { capabilities, drop }: EncodeRequestContext): JsonObject {
  const { temperature, topP, topLogprobs, logprobs: _, count: _count, ...others } = sampling;
  for (const name of Object.keys(others))
    drop(WIRE_NAMES[name] ?? name, 'The upstream has no such parameter.');
  const wished = defined({ temperature, top_p: topP, top_logprobs: topLogprobs }) as JsonObject;
  const taken = { full: Object.keys(wished), temperature: ['temperature'], none: [] as readonly string[] };
  const isTaken = (name: string): boolean => taken[capabilities.sampling].includes(name);
  for (const name of Object.keys(wished))
    if (!isTaken(name)) drop(name, 'The model takes no such parameter.');
  return Object.fromEntries(Object.entries(wished).filter(([name]) => isTaken(name)));
}

const WIRE_NAMES: Readonly<Record<string, string>> = {
  topK: 'top_k',
  presencePenalty: 'presence_penalty',
  frequencyPenalty: 'frequency_penalty',
  logitBias: 'logit_bias',
};

/** What was thought has to come back sealed, or tool calls lose the thought that led to them. */
function encodeReasoning(
  request: ChatRequest,
  context: EncodeRequestContext,
): { readonly reasoning: JsonObject | undefined; readonly carries: boolean } {
  const { reasoning: preference, messages } = request;
  const effort = encodeEffort(
    { reasoning: preference, hasTools: false, isNative: context.isNative },
    context,
  );
  const isWished = (effort !== undefined && effort !== 'none') || preference.adaptive === true;
  const isShown = preference.show === undefined ? isWished : preference.show !== 'none';
  const reasoning = defined({ effort, summary: isShown && effort !== 'none' ? 'auto' : undefined });
  const hasOwn = messages.some(({ content }) =>
    content.some((part) => part.type === 'reasoning' && part.opaque?.protocol === RESPONSES),
  );
  const thinks = context.capabilities.thinking !== 'none' && effort !== 'none';
  return {
    reasoning: Object.keys(reasoning).length > 0 ? reasoning : undefined,
    carries: isWished || hasOwn || thinks || preference.includeEncrypted === true,
  };
}

/** `text`: how the answer is written. */
function encodeText(
  { output, verbosity }: ChatRequest,
  { capabilities, drop }: EncodeRequestContext,
): JsonObject | undefined {
  const takesSchema = capabilities.structured === 'native';
  const takesJson = capabilities.structured !== 'none';
  const isLost = (output?.type === 'schema' && !takesSchema) || (output?.type === 'json' && !takesJson);
  if (isLost) drop('response_format', 'The model has no such format and is asked in words.');
  const { name = 'response', description, schema, strict } = output ?? {};
  const formats = {
    text: { type: 'text' },
    json: takesJson ? { type: 'json_object' } : undefined,
    schema: takesSchema
      ? defined({ type: 'json_schema', name, description, schema, strict })
      : takesJson
        ? { type: 'json_object' }
        : undefined,
  };
  const text = defined({ format: output && formats[output.type], verbosity });
  return Object.keys(text).length > 0 ? text : undefined;
}

/** OpenAI takes at most 64 characters. */
function encodeUser(request: ChatRequest): string | undefined {
  const { user } = request;
  return user === undefined || isNative(request) || user.length <= 64 ? user : digest(user);
}
