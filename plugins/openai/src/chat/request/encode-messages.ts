import {
  type AssistantMessage,
  defined,
  isJsonObject,
  type JsonObject,
  type Message,
  type SystemMessage,
  type TextPart,
  type ToolCallPart,
  toolIdFor,
  type ToolResultPart,
  type UserMessage,
  type UserPart,
  wrapFreeform,
} from '@dragoman/plugin';
import { CALL_ID, type EncodeRequestContext } from '../../common/encode-request-context.ts';
import { encodeMedia } from './encode-media.ts';
import { foldSystem, joinSystem } from './fold-system.ts';
import { withExtensions } from '../extensions.ts';
import { encodeExtraContent } from '../opaque.ts';
import { dropMark, encodeCache } from '../../common/encode-common.ts';
import { OPENAI_CHAT } from '../wire.ts';

/** Encodes a conversation as `messages`. */
export function encodeMessages(
  system: readonly SystemMessage[],
  messages: readonly Message[],
  context: EncodeRequestContext,
): readonly JsonObject[] {
  const { systemFirstOnly } = context.capabilities;
  const first = systemFirstOnly ? joinSystem(system) : system;
  const turns = systemFirstOnly ? foldSystem(messages) : messages;
  return [...first, ...turns].flatMap((message) => encodeMessage(message, context));
}

function encodeMessage(message: Message, context: EncodeRequestContext): readonly JsonObject[] {
  switch (message.role) {
    case 'system':
      return [encodeSystem(message, context)];
    case 'user':
      return encodeUser(message, context);
    case 'assistant':
      return [encodeAssistant(message, context)];
  }
}

function encodeSystem(message: SystemMessage, context: EncodeRequestContext): JsonObject {
  const { rank, name, content, extensions } = message;
  const role = rank === 'developer' && !context.capabilities.developerRole ? 'system' : rank;
  return withExtensions(defined({ role, name, content: encodeTexts(content, context) }), extensions);
}

/** One text goes as a string, which every server takes; several, or one with marks, as parts. */
function encodeTexts(
  parts: readonly TextPart[],
  context: EncodeRequestContext,
): string | readonly JsonObject[] {
  const encoded = parts.map((part) => encodeText(part, context));
  const [first] = encoded;
  if (!first) return '';
  const isPlain = encoded.length === 1 && Object.keys(first).length === 2;
  return isPlain ? (parts[0]?.text ?? '') : encoded;
}

function encodeText({ text, cache, extensions }: TextPart, context: EncodeRequestContext): JsonObject {
  const { capabilities, drop } = context;
  if (cache && !capabilities.promptCacheBreakpoints) drop('cache', 'The model takes no cache marks.');
  const mark = cache && capabilities.promptCacheBreakpoints ? encodeCache(cache, context) : undefined;
  return withExtensions(defined({ type: 'text', text, prompt_cache_breakpoint: mark }), extensions);
}

/** Each result is a message of its own; what they cannot hold follows after all of them. */
function encodeUser(
  { name, content, extensions }: UserMessage,
  context: EncodeRequestContext,
): readonly JsonObject[] {
  const results = content.filter((part) => part.type === 'tool-result');
  const media = results.flatMap((result) => result.content.filter((part) => part.type === 'media'));
  const rest = [...media, ...content.filter((part) => part.type !== 'tool-result')];
  const encoded = results.map((result) => encodeResult(result, context));
  if (rest.length === 0 && results.length > 0) return encoded;
  const message = defined({ role: 'user', name, content: encodeUserParts(rest, context) });
  return [...encoded, withExtensions(message, extensions)];
}

function encodeUserParts(
  parts: readonly UserPart[],
  context: EncodeRequestContext,
): string | readonly JsonObject[] {
  const texts = parts.filter((part) => part.type === 'text');
  if (texts.length === parts.length) return encodeTexts(texts, context);
  const encoded = parts.flatMap((part) => encodeUserPart(part, context));
  return encoded.length > 0 ? encoded : '';
}

function encodeUserPart(part: UserPart, context: EncodeRequestContext): readonly JsonObject[] {
  switch (part.type) {
    case 'text':
      return [encodeText(part, context)];
    case 'media':
      return [encodeMedia(part, context)];
    case 'raw':
      if (part.protocol === OPENAI_CHAT && isJsonObject(part.value)) return [part.value];
      context.drop('messages', `A part that only ${part.protocol} knows was left out.`);
      return [];
    case 'tool-result':
      return [];
  }
}

function encodeResult(result: ToolResultPart, context: EncodeRequestContext): JsonObject {
  const { callId, name, isError, content, extensions } = result;
  const texts = content.filter((part) => part.type === 'text');
  const takesParts = context.capabilities.toolMessageParts && texts.length > 1 && !isError;
  for (const part of [result, ...(takesParts ? [] : texts)]) dropMark(part, context);
  const encoded = takesParts ? texts.map((part) => encodeText(part, context)) : textOfResult(result, texts);
  const tool_call_id = encodeId(callId, context);
  return withExtensions(defined({ role: 'tool', tool_call_id, name, content: encoded }), extensions);
}

/** No field says that a tool failed, so the text has to. */
function textOfResult({ isError, json, content }: ToolResultPart, texts: readonly TextPart[]): string {
  const otherwise = content.length > 0 ? '(see the next message)' : '';
  const text =
    texts.map((part) => part.text).join('\n') || (json === undefined ? otherwise : JSON.stringify(json));
  return isError && !text.startsWith('Error: ') ? `Error: ${text}` : text;
}

function encodeAssistant(message: AssistantMessage, context: EncodeRequestContext): JsonObject {
  const { capabilities, drop } = context;
  const { texts, calls, reasoning, refusal, raw } = sortParts(message, context);
  // Servers want it back in a turn that goes on, and refuse or ignore it in others.
  const isWanted = capabilities.reasoningReplay === 'reasoning_content' && calls.length > 0;
  const replayed = isWanted && reasoning !== '';
  if (reasoning !== '' && !replayed) drop('messages.reasoning', 'The upstream takes no reasoning back.');
  const content =
    raw.length > 0
      ? [...texts.map((part) => encodeText(part, context)), ...raw]
      : encodeTexts(texts, context);
  const isEmpty = content === '' && (calls.length > 0 || refusal !== '' || message.extensions !== undefined);
  const encoded = defined({
    role: 'assistant',
    name: message.name,
    content: isEmpty ? null : content,
    reasoning_content: replayed ? reasoning : undefined,
    refusal: refusal === '' ? undefined : refusal,
    tool_calls: calls.length > 0 ? calls.map((call) => encodeCall(call, context)) : undefined,
  });
  return withExtensions(encoded, message.extensions);
}

interface SortedParts {
  readonly texts: readonly TextPart[];
  readonly calls: readonly ToolCallPart[];
  readonly reasoning: string;
  readonly refusal: string;
  readonly raw: readonly JsonObject[];
}

/** A turn has no order of parts on this wire, only a place for each kind. */
function sortParts({ content }: AssistantMessage, { drop }: EncodeRequestContext): SortedParts {
  const sorted = {
    texts: [] as TextPart[],
    calls: [] as ToolCallPart[],
    reasoning: '',
    refusal: '',
    raw: [] as JsonObject[],
  };
  for (const part of content) {
    if (part.type === 'text') sorted.texts.push(part);
    else if (part.type === 'tool-call' && !part.hosted) sorted.calls.push(part);
    else if (part.type === 'reasoning') sorted.reasoning += part.text;
    else if (part.type === 'refusal') sorted.refusal += part.text;
    else if (part.type === 'raw' && part.protocol === OPENAI_CHAT && isJsonObject(part.value))
      sorted.raw.push(part.value);
    else drop('messages', `A part of an assistant's turn (${part.type}) was left out.`);
  }
  return sorted;
}

function encodeCall(call: ToolCallPart, context: EncodeRequestContext): JsonObject {
  const { names, isNative } = context;
  dropMark(call, context);
  const { form, arguments: text, opaque, extensions } = call;
  const id = encodeId(call.id, context);
  const name = names.toWire(call.name, call.namespace);
  if (form === 'freeform' && isNative) {
    return withExtensions({ id, type: 'custom', custom: { name, input: text } }, extensions);
  }
  const json = form === 'freeform' ? wrapFreeform(text) : text || '{}';
  // A server's own signature goes back to it; a client of this protocol knows which server it speaks to.
  const signed = isNative || opaque?.protocol === OPENAI_CHAT ? encodeExtraContent(opaque) : {};
  return withExtensions({ id, type: 'function', function: { name, arguments: json }, ...signed }, extensions);
}

function encodeId(id: string, { isNative }: EncodeRequestContext): string {
  return isNative ? id : toolIdFor(id, CALL_ID);
}
