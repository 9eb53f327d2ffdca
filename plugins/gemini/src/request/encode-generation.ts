import {
  budgetOf,
  type ChatRequest,
  clampEffort,
  defined,
  type Effort,
  effortOf,
  GatewayError,
  type JsonObject,
  SCHEMA_WORK,
  WorkBudget,
} from '@dragoman/plugin';
import type { EncodeRequestContext } from '../encode-context.ts';
import { reduceSchema } from './reduce-schema.ts';

/** Encodes `generationConfig`; `undefined` when there is nothing to say. */
export function encodeGeneration(
  request: ChatRequest,
  context: EncodeRequestContext,
): JsonObject | undefined {
  const config = defined({
    ...encodeSampling(request, context),
    stopSequences: encodeStop(request, context),
    maxOutputTokens: request.maxTokens,
    ...encodeOutput(request, context),
    responseModalities: encodeModalities(request),
    thinkingConfig: encodeThinking(request, context),
  });
  return Object.keys(config).length > 0 ? config : undefined;
}

function encodeSampling({ sampling }: ChatRequest, { capabilities, drop }: EncodeRequestContext): JsonObject {
  if (sampling.logitBias) drop('logit_bias', 'The upstream has no such parameter.');
  const wished = defined({
    temperature: sampling.temperature,
    topP: sampling.topP,
    topK: sampling.topK,
    seed: sampling.seed,
    presencePenalty: sampling.presencePenalty,
    frequencyPenalty: sampling.frequencyPenalty,
    candidateCount: sampling.count,
    responseLogprobs: sampling.logprobs,
    logprobs: sampling.topLogprobs,
  }) as JsonObject;
  if (capabilities.sampling === 'full') return wished;
  const taken =
    capabilities.sampling === 'temperature' ? ['temperature', 'candidateCount'] : ['candidateCount'];
  for (const name of Object.keys(wished)) {
    if (!taken.includes(name)) drop(name, 'The model takes no such parameter.');
  }
  return Object.fromEntries(Object.entries(wished).filter(([name]) => taken.includes(name)));
}

/** What is too large, in an error. */
const ANSWER = { field: 'response_format', claim: 'The schema of the answer is' };

const MAX_STOPS = 5;

function encodeStop(
  { stop }: ChatRequest,
  { capabilities, drop }: EncodeRequestContext,
): readonly string[] | undefined {
  if (!stop) return undefined;
  if (!capabilities.stop) {
    drop('stop', 'The model takes no stop sequences.');
    return undefined;
  }
  if (stop.length > MAX_STOPS) drop('stop', `Only the first ${MAX_STOPS} stop sequences were sent.`);
  return stop.slice(0, MAX_STOPS);
}

function encodeOutput({ output }: ChatRequest, { capabilities, drop }: EncodeRequestContext): JsonObject {
  if (!output || output.type === 'text') return {};
  const { structured, toolSchema } = capabilities;
  if (output.description !== undefined)
    drop('response_format.description', 'The upstream has no description of the answer.');
  const isNative = structured === 'native' || structured === 'output_config';
  const isLost = output.type === 'schema' && !isNative;
  if (isLost || structured === 'none')
    drop('response_format', 'The model has no such format and is asked in words.');
  if (structured === 'none') return {};
  const json = { responseMimeType: 'application/json' };
  if (output.type === 'json' || isLost || !output.schema) return json;
  return toolSchema === 'json-schema'
    ? { ...json, responseJsonSchema: output.schema }
    : { ...json, responseSchema: reduceSchema(output.schema, new WorkBudget(ANSWER, SCHEMA_WORK)) };
}

function encodeModalities({ modalities }: ChatRequest): readonly string[] | undefined {
  const other = modalities?.find((name) => name !== 'text' && name !== 'image');
  if (other !== undefined) {
    const message = `The model's upstream cannot answer in ${other}.`;
    throw new GatewayError('invalid', message, { field: 'modalities', code: 'unsupported_parameter' });
  }
  return modalities?.includes('image') ? modalities.map((name) => name.toUpperCase()) : undefined;
}

/** Thoughts are asked for only when the client wished for reasoning and can show it. */
function encodeThinking(
  { reasoning }: ChatRequest,
  { capabilities, drop }: EncodeRequestContext,
): JsonObject | undefined {
  if (reasoning.betweenTools) drop('reasoning', 'The upstream cannot think between tool calls only.');
  const effort = effortOf(reasoning);
  const isShown = reasoning.show !== undefined && reasoning.show !== 'none';
  if (effort === undefined && !reasoning.adaptive && !isShown) return undefined;
  if (capabilities.thinking === 'none') {
    if (effort !== 'none') drop('reasoning', 'The model does not think.');
    return undefined;
  }
  const includeThoughts = effort !== 'none' && reasoning.show !== 'none' ? true : undefined;
  const depth =
    capabilities.thinking === 'budget'
      ? { thinkingBudget: encodeBudget(effort, reasoning.budgetTokens, capabilities) }
      : { thinkingLevel: encodeLevel(effort, capabilities.effortLevels) };
  const config = defined({ ...depth, includeThoughts });
  return Object.keys(config).length > 0 ? config : undefined;
}

/** 0 is off where the model can be silent; -1 leaves it to the model. */
function encodeBudget(
  effort: Effort | undefined,
  wished: number | undefined,
  { thinkingBudgetMin: least = 0, thinkingBudgetMax: most = 24_576 }: EncodeRequestContext['capabilities'],
): number {
  if (effort === undefined) return -1;
  return Math.min(Math.max(wished ?? budgetOf(effort), least), most);
}

/** These models cannot be stopped from thinking, so the least is the nearest to none. */
function encodeLevel(effort: Effort | undefined, levels: readonly Effort[]): string | undefined {
  if (effort === undefined) return undefined;
  return clampEffort(effort, levels)?.toUpperCase();
}
