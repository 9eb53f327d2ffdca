import {
  type AssistantMessage,
  type CallContext,
  defined,
  type JsonObject,
  type MediaPart,
  type Message,
  type SystemMessage,
  type TextPart,
  type ToolCallPart,
  type ToolResultPart,
  type UserMessage,
  type UserPart,
} from '@dragoman/core';
import { OPENAI_CHAT } from './wire.ts';

type Context = Pick<CallContext, 'capabilities' | 'drop'>;

/** Encodes a conversation as `messages`. */
export function encodeMessages(
  system: readonly SystemMessage[],
  messages: readonly Message[],
  context: Context,
): readonly JsonObject[] {
  return [
    ...system.map((message) => encodeSystem(message, context)),
    ...messages.flatMap((message) => encodeMessage(message, context)),
  ];
}

function encodeMessage(message: Message, context: Context): readonly JsonObject[] {
  switch (message.role) {
    case 'system':
      return [context.capabilities.systemFirstOnly ? encodeReminder(message) : encodeSystem(message, context)];
    case 'user':
      return encodeUser(message, context);
    case 'assistant':
      return [encodeAssistant(message, context)];
  }
}

function encodeSystem({ rank, name, content, extensions }: SystemMessage, { capabilities }: Context): JsonObject {
  const role = rank === 'developer' && !capabilities.developerRole ? 'system' : rank;
  return defined({ role, name, content: encodeTexts(content), ...extensions?.[OPENAI_CHAT] });
}

/** For templates that know a system message only at the front; moving it there would change what it follows. */
function encodeReminder({ content }: SystemMessage): JsonObject {
  const text = content.map((part) => part.text).join('\n');
  return { role: 'user', content: `<system-reminder>\n${text}\n</system-reminder>` };
}

/** One text goes as a string, which every server takes; several, or one with marks, as parts. */
function encodeTexts(parts: readonly TextPart[]): string | readonly JsonObject[] {
  const [first] = parts;
  if (!first) return '';
  if (parts.length === 1 && !first.cache && !first.extensions) return first.text;
  return parts.map(encodeText);
}

function encodeText({ text, cache, extensions }: TextPart): JsonObject {
  const mark = cache && { mode: 'explicit', ...defined({ ttl: cache.ttl }) };
  return defined({ type: 'text', text, prompt_cache_breakpoint: mark, ...extensions?.[OPENAI_CHAT] });
}

/** Each result is a message of its own; what they cannot hold follows after all of them. */
function encodeUser({ name, content, extensions }: UserMessage, context: Context): readonly JsonObject[] {
  const results = content.filter((part) => part.type === 'tool-result');
  const media = results.flatMap((result) => resultMedia(result));
  const rest = [...media, ...content.filter((part) => part.type !== 'tool-result')];
  const encoded = results.map((result) => encodeResult(result, context));
  if (rest.length === 0 && results.length > 0) return encoded;
  return [...encoded, defined({ role: 'user', name, content: encodeUserParts(rest, context), ...extensions?.[OPENAI_CHAT] })];
}

function encodeUserParts(parts: readonly UserPart[], context: Context): string | readonly JsonObject[] {
  const texts = parts.filter((part) => part.type === 'text');
  if (texts.length === parts.length) return encodeTexts(texts);
  return parts.flatMap((part) => encodeUserPart(part, context));
}

function encodeUserPart(part: UserPart, { drop }: Context): readonly JsonObject[] {
  switch (part.type) {
    case 'text':
      return [encodeText(part)];
    case 'media':
      return [encodeMedia(part)];
    case 'raw':
      if (part.protocol === OPENAI_CHAT) return [part.value as JsonObject];
      drop('messages', `A part that only ${part.protocol} knows was left out.`);
      return [];
    case 'tool-result':
      return [];
  }
}

function encodeMedia(part: MediaPart): JsonObject {
  const { source, media, name, detail } = part;
  const kept = part.extensions?.[OPENAI_CHAT];
  if (source.type === 'text') return { type: 'text', text: source.text };
  if (media === 'image' && source.type !== 'file') {
    return { type: 'image_url', image_url: defined({ url: urlOf(source), detail }), ...kept };
  }
  if (media === 'audio' && source.type === 'base64') {
    const format = source.mimeType.replace(/^audio\/(?:x-|vnd\.)?/, '').replace('mpeg', 'mp3').replace('wave', 'wav');
    return { type: 'input_audio', input_audio: { data: source.data, format }, ...kept };
  }
  const file = source.type === 'file' ? { file_id: source.id } : { file_data: urlOf(source) };
  return { type: 'file', file: defined({ ...file, filename: name }), ...kept };
}

function urlOf(source: Exclude<MediaPart['source'], { type: 'file' } | { type: 'text' }>): string {
  return source.type === 'url' ? source.url : `data:${source.mimeType};base64,${source.data}`;
}

function encodeResult(result: ToolResultPart, { capabilities }: Context): JsonObject {
  const texts = result.content.filter((part) => part.type === 'text');
  const [first] = texts;
  const marked = result.isError && !first?.text.startsWith('Error: ') ? 'Error: ' : '';
  const isPlain = texts.every(({ cache, extensions }) => !cache && !extensions);
  const content =
    capabilities.toolMessageParts && texts.length > 1 && isPlain && !marked
      ? texts.map(encodeText)
      : marked + (texts.map(({ text }) => text).join('\n') || textOfJson(result));
  return { role: 'tool', tool_call_id: result.callId, content, ...result.extensions?.[OPENAI_CHAT] };
}

function textOfJson({ json, content }: ToolResultPart): string {
  if (json !== undefined) return JSON.stringify(json);
  return content.length > 0 ? '(see the next message)' : '';
}

function resultMedia(result: ToolResultPart): readonly MediaPart[] {
  return result.content.filter((part) => part.type === 'media');
}

function encodeAssistant(message: AssistantMessage, { capabilities, drop }: Context): JsonObject {
  const texts: TextPart[] = [];
  const calls: ToolCallPart[] = [];
  let reasoning = '';
  let refusal = '';
  const raw: JsonObject[] = [];
  for (const part of message.content) {
    if (part.type === 'text') texts.push(part);
    else if (part.type === 'tool-call' && !part.hosted) calls.push(part);
    else if (part.type === 'reasoning') reasoning += part.text;
    else if (part.type === 'refusal') refusal += part.text;
    else if (part.type === 'raw' && part.protocol === OPENAI_CHAT) raw.push(part.value as JsonObject);
    else drop('messages', `A part of an assistant's turn (${part.type}) was left out.`);
  }
  const replayed = capabilities.reasoningReplay === 'reasoning_content' && reasoning !== '';
  if (reasoning !== '' && !replayed) drop('messages.reasoning', 'The upstream takes no reasoning back.');
  const parts = raw.length > 0 ? [...texts.map(encodeText), ...raw] : encodeTexts(texts);
  return defined({
    role: 'assistant',
    name: message.name,
    content: parts === '' ? null : parts,
    reasoning_content: replayed ? reasoning : undefined,
    refusal: refusal === '' ? undefined : refusal,
    tool_calls: calls.length > 0 ? calls.map(encodeCall) : undefined,
    ...message.extensions?.[OPENAI_CHAT],
  });
}

function encodeCall({ id, name, form, arguments: text, extensions }: ToolCallPart): JsonObject {
  const called =
    form === 'freeform'
      ? { type: 'custom', custom: { name, input: text } }
      : { type: 'function', function: { name, arguments: text || '{}' } };
  return { id, ...called, ...extensions?.[OPENAI_CHAT] };
}
