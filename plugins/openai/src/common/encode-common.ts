/** What both of OpenAI's wires say the same way. */
import { createHash } from 'node:crypto';
import {
  type CacheMark,
  type ChatRequest,
  defined,
  forcedToolInstruction,
  formatInstruction,
  GatewayError,
  type JsonObject,
  type MediaPart,
  type SystemMessage,
} from '@dragoman/plugin';
import type { EncodeRequestContext } from './encode-request-context.ts';

/** What the model cannot be made to do by a field, it is asked for in words. */
export function instructions(
  { output, toolChoice, tools }: ChatRequest,
  { capabilities }: EncodeRequestContext,
): readonly SystemMessage[] {
  const { structured, forcedToolChoice } = capabilities;
  const isSchemaLost = output?.type === 'schema' && structured !== 'native';
  const texts = [
    output && (isSchemaLost || structured === 'none') ? formatInstruction(output) : undefined,
    toolChoice && tools.length > 0 && !forcedToolChoice ? forcedToolInstruction(toolChoice) : undefined,
  ];
  return texts.flatMap((text) =>
    text === undefined ? [] : [{ role: 'system', rank: 'system', content: [{ type: 'text', text }] }],
  );
}

/** A conversation that only its own server knows cannot go on anywhere else. */
export function refuseServerState({ serverState = {} }: ChatRequest): void {
  const [field] = Object.keys(serverState);
  if (field === undefined) return;
  throw new GatewayError('invalid', `${field} names state that this model's upstream does not have.`, {
    field,
  });
}

/** Clients of other protocols name no key; what stays the same over a conversation is who asks. */
export function encodeCacheKey(
  { cacheKey, user }: ChatRequest,
  { isNative: isOwn, capabilities }: EncodeRequestContext,
): string | undefined {
  if (cacheKey !== undefined || isOwn || !capabilities.promptCacheBreakpoints) return cacheKey;
  return user === undefined ? undefined : digest(user);
}

/** A name for someone that says no more than that it is the same one: 64 characters. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

const TIERS = ['auto', 'default', 'flex', 'priority'];

export function encodeTier(
  { serviceTier }: ChatRequest,
  { isNative: isOwn, drop }: EncodeRequestContext,
): string | undefined {
  if (serviceTier === undefined || isOwn || TIERS.includes(serviceTier)) return serviceTier;
  // What Anthropic calls the standard is the default here.
  if (serviceTier === 'standard_only') return 'default';
  drop('service_tier', 'The upstream has no such tier.');
  return undefined;
}

/** The times that this wire knows; those of others go to the nearest. */
export function encodeCache({ ttl }: CacheMark, { isNative }: EncodeRequestContext): JsonObject {
  const isLong = ttl === '12h' || ttl === '24h';
  const nearest = ttl && (isNative ? ttl : isLong ? '12h' : '30m');
  return defined({ mode: 'explicit', ttl: nearest });
}

/** Of what carries a mark, these wires let only texts keep it. */
export function dropMark(
  { cache }: { readonly cache?: CacheMark | undefined },
  { drop }: EncodeRequestContext,
): void {
  if (cache) drop('cache', 'Only texts carry cache marks here.');
}

/** What other wires say of media, and these do not. */
export function dropOfMedia(part: MediaPart, context: EncodeRequestContext): void {
  dropMark(part, context);
  if (part.context !== undefined) context.drop('context', 'The upstream has no description of a document.');
  if (part.wantsCitations) context.drop('citations', 'The upstream does not cite documents.');
}

/** What runs at the upstream is refused unless this one has it: the answer would be another. */
export function refuseHosted(name: string): GatewayError {
  const message = `The model's upstream has no hosted tool like ${JSON.stringify(name)}.`;
  return new GatewayError('invalid', message, { field: 'tools', code: 'unsupported_parameter' });
}
