import {
  type CallContext,
  type ChatRequest,
  defined,
  type EncodedRequest,
  type JsonObject,
  pairToolResults,
} from '@dragoman/plugin';
import type { EncodeRequestContext } from '../../common/encode-request-context.ts';
import { isNative, toolNamesOf } from '../encode-context.ts';
import { encodeEffort } from '../../common/encode-effort.ts';
import {
  digest,
  encodeCacheKey,
  encodeTier,
  instructions,
  refuseServerState,
} from '../../common/encode-common.ts';
import { encodeMessages } from './encode-messages.ts';
import { encodeToolChoice, encodeTools, encodeWebSearch } from './encode-tools.ts';
import { withExtensions } from '../extensions.ts';
import { OPENAI_CHAT } from '../wire.ts';

/** Encodes a request for `POST /chat/completions` of an upstream. */
export function encodeRequest(
  request: ChatRequest,
  { capabilities, drop }: Pick<CallContext, 'capabilities' | 'drop'>,
): EncodedRequest {
  refuseServerState(request);
  const context = { capabilities, drop, names: toolNamesOf(request), isNative: isNative(request) };
  const { reasoning, safety, stream } = request;
  if (safety !== undefined) drop('safetySettings', 'The upstream has no safety settings.');
  if (request.store && !context.isNative) drop('store', 'Nothing stays at the upstream.');
  const tools = encodeTools(request, context);
  const hasTools = tools.length > 0;
  // Who speaks this protocol answers for its history itself.
  const messages = context.isNative ? request.messages : pairToolResults(request.messages);
  const body = defined({
    model: request.model,
    messages: encodeMessages([...request.system, ...instructions(request, context)], messages, context),
    stream: stream || undefined,
    stream_options: stream ? { include_usage: true } : undefined,
    tools: hasTools ? tools : undefined,
    tool_choice: hasTools ? encodeToolChoice(request, context) : undefined,
    parallel_tool_calls: hasTools ? request.toolChoice?.parallel : undefined,
    web_search_options: encodeWebSearch(request, context),
    [capabilities.maxTokensParam]: request.maxTokens,
    stop: encodeStop(request, context),
    ...encodeSampling(request, context),
    reasoning_effort: encodeEffort({ reasoning, hasTools, isNative: context.isNative }, context),
    response_format: encodeOutput(request, context),
    skip_special_tokens: request.skipSpecialTokens,
    verbosity: request.verbosity,
    modalities: request.modalities,
    prompt_cache_key: encodeCacheKey(request, context),
    user: encodeUser(request),
    metadata: request.metadata,
    service_tier: encodeTier(request, context),
    store: context.isNative ? request.store : undefined,
  });
  const { stream_options: kept, ...extension } = request.extensions?.[OPENAI_CHAT] ?? {};
  // Upstreams refuse options of a stream that is none.
  const extensions = {
    [OPENAI_CHAT]: stream && kept !== undefined ? { ...extension, stream_options: kept } : extension,
  };
  return { path: '/chat/completions', body: withExtensions(body, extensions) };
}

/** Some servers take at most 64 characters. */
function encodeUser(request: ChatRequest): string | undefined {
  const { user, extensions } = request;
  if (user === undefined || extensions?.[OPENAI_CHAT]?.['safety_identifier'] !== undefined) return undefined;
  return isNative(request) || user.length <= 64 ? user : digest(user);
}

/** OpenAI takes four; clients of other protocols may send more. */
const MAX_STOPS = 4;

function encodeStop(
  request: ChatRequest,
  { capabilities, drop }: EncodeRequestContext,
): readonly string[] | undefined {
  const { stop } = request;
  if (!stop) return undefined;
  if (!capabilities.stop) {
    drop('stop', 'The model takes no stop sequences.');
    return undefined;
  }
  if (stop.length <= MAX_STOPS || isNative(request)) return stop;
  drop('stop', `Only the first ${MAX_STOPS} stop sequences were sent.`);
  return stop.slice(0, MAX_STOPS);
}

function encodeSampling(request: ChatRequest, { capabilities, drop }: EncodeRequestContext): JsonObject {
  const { sampling } = request;
  // Only some servers know it; a client that names it here asks one of them.
  const topK = isNative(request) ? sampling.topK : undefined;
  if (topK !== sampling.topK) drop('top_k', 'OpenAI has no such parameter.');
  const wished = defined({
    temperature: sampling.temperature,
    top_p: sampling.topP,
    top_k: topK,
    seed: sampling.seed,
    presence_penalty: sampling.presencePenalty,
    frequency_penalty: sampling.frequencyPenalty,
    logit_bias: sampling.logitBias,
    logprobs: sampling.logprobs,
    top_logprobs: sampling.topLogprobs,
    n: sampling.count,
  }) as JsonObject;
  if (capabilities.sampling === 'full') return wished;
  const taken = capabilities.sampling === 'temperature' ? ['temperature', 'n'] : ['n'];
  const entries = Object.entries(wished);
  for (const [name] of entries) if (!taken.includes(name)) drop(name, 'The model takes no such parameter.');
  return Object.fromEntries(entries.filter(([name]) => taken.includes(name)));
}

function encodeOutput(
  { output }: ChatRequest,
  { capabilities, drop }: EncodeRequestContext,
): JsonObject | undefined {
  if (!output) return undefined;
  if (output.type === 'text') return { type: 'text' };
  if (output.type === 'schema' && capabilities.structured === 'native') {
    const { name = 'response', description, schema, strict } = output;
    return { type: 'json_schema', json_schema: defined({ name, description, schema, strict }) };
  }
  const takesJson = capabilities.structured !== 'none';
  if (output.type === 'schema' || !takesJson)
    drop('response_format', 'The model has no such format and is asked in words.');
  return takesJson ? { type: 'json_object' } : undefined;
}
