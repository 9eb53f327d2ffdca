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
  type Message,
  type SystemMessage,
} from '@dragoman/plugin';
import { type EncodeRequestContext, toolNamesOf } from '../encode-context.ts';
import { encodeContents } from './encode-contents.ts';
import { encodeGeneration } from './encode-generation.ts';
import { encodeToolConfig, encodeTools } from './encode-tools.ts';
import { withExtensions } from '../extensions.ts';
import { modelPath } from '../wire.ts';

/** Encodes a request for `generateContent` of an upstream. */
export function encodeRequest(
  request: ChatRequest,
  { capabilities, drop }: Pick<CallContext, 'capabilities' | 'drop'>,
): EncodedRequest {
  const context = { capabilities, drop, names: toolNamesOf(request) };
  const verb = request.stream ? 'streamGenerateContent?alt=sse' : 'generateContent';
  return { path: modelPath(request.model, verb), body: encodeBody(request, context) };
}

function encodeBody(request: ChatRequest, context: EncodeRequestContext): JsonObject {
  refuseServerState(request);
  dropUnknown(request, context);
  const tools = encodeTools(request, context);
  const system = [...request.system, ...instructions(request, context)];
  const parts = system.flatMap(({ content }) => content.map(({ text }) => ({ text })));
  const contents = encodeContents(request.messages, context);
  if (contents.length === 0) throw refused('messages', 'A conversation needs at least one turn.');
  const body = defined({
    systemInstruction: parts.length > 0 ? { parts } : undefined,
    contents: contents.map(({ role, parts: said }) => ({ role, parts: said })),
    tools: tools.length > 0 ? tools : undefined,
    toolConfig: tools.length > 0 ? encodeToolConfig(request, context) : undefined,
    generationConfig: encodeGeneration(request, context),
    safetySettings: request.safety,
    cachedContent: request.serverState?.cachedContent,
    serviceTier: encodeTier(request, context),
  });
  return withExtensions(body, request.extensions);
}

/** Encodes a request for `countTokens`, which takes tools and instructions only as part of a whole request. */
export function encodeCountRequest(
  request: ChatRequest,
  context: Pick<CallContext, 'capabilities' | 'drop'>,
): EncodedRequest {
  const { generationConfig: _, ...body } = encodeRequest(request, context).body;
  const whole = { model: `models/${request.model}`, ...body };
  return { path: modelPath(request.model, 'countTokens'), body: { generateContentRequest: whole } };
}

/** A conversation that only its own server knows cannot go on anywhere else. */
function refuseServerState({ serverState = {} }: ChatRequest): void {
  const field = Object.keys(serverState).find((name) => name !== 'cachedContent');
  if (field !== undefined)
    throw refused(field, `${field} names state that this model's upstream does not have.`);
}

function refused(field: string, message: string): GatewayError {
  return new GatewayError('invalid', message, { field });
}

/** What has no name here, by the name that it has elsewhere. */
const UNKNOWN = {
  metadata: 'metadata',
  verbosity: 'verbosity',
  cacheKey: 'prompt_cache_key',
  user: 'user',
} as const;

function dropUnknown(request: ChatRequest, { drop }: EncodeRequestContext): void {
  dropFields(request, UNKNOWN, drop);
  if (request.store) drop('store', 'The upstream keeps no replies.');
  const { system, messages } = request;
  if ([...system, ...messages].some(isMarked)) drop('cache', 'The upstream takes no cache marks.');
}

function isMarked({ content }: Message): boolean {
  return content.some(
    (part: Message['content'][number]) =>
      part.cache !== undefined ||
      (part.type === 'tool-result' && part.content.some(({ cache }) => cache !== undefined)),
  );
}

/** What the model cannot be made to do by a field, it is asked for in words. */
function instructions(
  { output, toolChoice, tools }: ChatRequest,
  { capabilities }: EncodeRequestContext,
): readonly SystemMessage[] {
  const { structured, forcedToolChoice } = capabilities;
  const isLost =
    output && (structured === 'none' || (output.type === 'schema' && structured === 'json_object'));
  const texts = [
    isLost ? formatInstruction(output) : undefined,
    toolChoice && tools.length > 0 && !forcedToolChoice ? forcedToolInstruction(toolChoice) : undefined,
  ];
  return texts.flatMap((text) =>
    text === undefined ? [] : [{ role: 'system', rank: 'system', content: [{ type: 'text', text }] }],
  );
}

const TIERS: Readonly<Record<string, string>> = {
  default: 'standard',
  standard: 'standard',
  standard_only: 'standard',
  flex: 'flex',
  priority: 'priority',
};

function encodeTier({ serviceTier }: ChatRequest, { drop }: EncodeRequestContext): string | undefined {
  if (serviceTier === undefined || serviceTier === 'auto') return undefined;
  if (Object.hasOwn(TIERS, serviceTier)) return TIERS[serviceTier];
  drop('service_tier', 'The upstream has no such tier.');
  return undefined;
}
