import {
  argumentsObject,
  type AssistantPart,
  type CacheMark,
  type CallContext,
  defined,
  GatewayError,
  isJsonObject,
  type JsonObject,
  type MediaPart,
  type Opaque,
  type TextPart,
  toolIdFor,
  type ToolNames,
  type ToolResultPart,
  type UserPart,
} from '@dragoman/plugin';
import { ANTHROPIC } from '../wire.ts';

export interface ContentContext extends Pick<CallContext, 'capabilities' | 'drop'> {
  readonly names: ToolNames;
}

const ID_RULE = { pattern: /^[A-Za-z0-9_-]+$/, maxLength: 64 };
const IMAGE_TYPES = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'];

/** A text is never sent empty: the API refuses it. */
export function encodeText({ text, cache, extensions }: TextPart): readonly JsonObject[] {
  if (text.trim() === '') return [];
  return [defined({ type: 'text', text, cache_control: encodeCache(cache), ...extensions?.[ANTHROPIC] })];
}

export function encodeCache(cache: CacheMark | undefined): JsonObject | undefined {
  if (!cache) return undefined;
  const isLong = cache.ttl !== undefined && cache.ttl !== '5m' && cache.ttl !== '30m';
  return isLong ? { type: 'ephemeral', ttl: '1h' } : { type: 'ephemeral' };
}

/** Results come first in their turn; the API refuses any other order. */
export function encodeUserParts(parts: readonly UserPart[], context: ContentContext): readonly JsonObject[] {
  const results = parts.filter((part) => part.type === 'tool-result');
  const rest = parts.filter((part) => part.type !== 'tool-result');
  return [
    ...results.map((result) => encodeResult(result, context)),
    ...rest.flatMap((part) => encodeUserPart(part, context)),
  ];
}

function encodeUserPart(
  part: Exclude<UserPart, ToolResultPart>,
  context: ContentContext,
): readonly JsonObject[] {
  if (part.type === 'text') return encodeText(part);
  if (part.type === 'media') return [encodeMedia(part, context)];
  if (part.protocol === ANTHROPIC && isJsonObject(part.value)) return [part.value];
  context.drop('messages', `A part that only ${part.protocol} knows was left out.`);
  return [];
}

function encodeMedia(part: MediaPart, { drop }: ContentContext): JsonObject {
  const { media, source, name, context, cache, wantsCitations, detail } = part;
  if (detail === 'low' || detail === 'high') drop('detail', 'The upstream has no detail of an image.');
  if (media === 'audio' || media === 'video') {
    throw new GatewayError('invalid', `The upstream takes no ${media}.`, {
      field: 'messages',
      code: 'unsupported_parameter',
    });
  }
  if (source.type === 'file' && source.owner !== ANTHROPIC) {
    throw new GatewayError('invalid', 'A file id is known only to the provider that gave it.', {
      field: 'messages',
    });
  }
  if (media === 'image' && source.type === 'base64' && !IMAGE_TYPES.includes(source.mimeType)) {
    throw new GatewayError('invalid', `The upstream takes no images of type ${source.mimeType}.`, {
      field: 'messages',
    });
  }
  const citations = wantsCitations === undefined ? undefined : { enabled: wantsCitations };
  const more = media === 'document' ? { title: name, context, citations } : {};
  return defined({ type: media, source: encodeSource(source), ...more, cache_control: encodeCache(cache) });
}

function encodeSource(source: MediaPart['source']): JsonObject {
  switch (source.type) {
    case 'base64':
      return { type: 'base64', media_type: source.mimeType, data: source.data };
    case 'url':
      return { type: 'url', url: source.url };
    case 'file':
      return { type: 'file', file_id: source.id };
    case 'text':
      return { type: 'text', media_type: source.mimeType ?? 'text/plain', data: source.text };
  }
}

function encodeResult(
  { callId, isError, content, json, cache }: ToolResultPart,
  context: ContentContext,
): JsonObject {
  const blocks = content.flatMap((part) =>
    part.type === 'text' ? encodeText(part) : [encodeMedia(part, context)],
  );
  const plain = json === undefined ? blocks : [{ type: 'text', text: JSON.stringify(json) }];
  return defined({
    type: 'tool_result',
    tool_use_id: toolIdFor(callId, ID_RULE),
    content: plain.length > 0 ? plain : undefined,
    is_error: isError || undefined,
    cache_control: encodeCache(cache),
  });
}

export function encodeAssistantPart(part: AssistantPart, context: ContentContext): readonly JsonObject[] {
  switch (part.type) {
    case 'text':
      return encodeText(part);
    case 'refusal':
      return encodeText({ type: 'text', text: part.text });
    case 'reasoning':
      return encodeThinking(part.text, part.opaque, context);
    case 'tool-call':
      if (part.hosted) break;
      return [
        defined({
          type: 'tool_use',
          id: toolIdFor(part.id, ID_RULE),
          name: context.names.toWire(part.name, part.namespace),
          input: part.form === 'freeform' ? { input: part.arguments } : argumentsObject(part.arguments),
          cache_control: encodeCache(part.cache),
        }),
      ];
    case 'raw':
      if (part.protocol === ANTHROPIC && isJsonObject(part.value)) return [part.value];
      break;
    case 'media':
    case 'tool-result':
      break;
  }
  context.drop('messages', `A part of an assistant's turn (${part.type}) was left out.`);
  return [];
}

/** Thinking without Anthropic's own signature is refused, so it is dropped whole. */
function encodeThinking(
  text: string,
  opaque: Opaque | undefined,
  { drop }: ContentContext,
): readonly JsonObject[] {
  if (opaque?.protocol === ANTHROPIC && opaque.data) {
    return opaque.kind === 'redacted'
      ? [{ type: 'redacted_thinking', data: opaque.data }]
      : [{ type: 'thinking', thinking: text, signature: opaque.data }];
  }
  drop('messages.reasoning', 'Only thinking that Anthropic signed goes back to it.');
  return [];
}
