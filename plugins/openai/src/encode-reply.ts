import {
  type AssistantPart,
  type ChatReply,
  type Choice,
  type Citation,
  defined,
  type EncodeContext,
  type JsonObject,
  type JsonValue,
  type MediaPart,
  type ToolCallPart,
} from '@dragoman/core';
import { encodeUsage } from './usage.ts';
import { OPENAI_CHAT, WIRE_FINISH_REASONS } from './wire.ts';

/** Encodes a whole reply as a `chat.completion`. */
export function encodeReply(reply: ChatReply, context: EncodeContext): JsonObject {
  return defined({
    id: reply.id || `chatcmpl-${context.id}`,
    object: 'chat.completion',
    created: reply.created ?? context.created,
    model: reply.model,
    choices: reply.choices.map(encodeChoice),
    usage: encodeUsage(reply.usage),
    ...keptOf(reply.extensions),
  });
}

/** What this protocol keeps of a start, without what is no field of a reply. */
export function keptOf(extensions: ChatReply['extensions']): JsonObject {
  const { finish_reason: _, ...kept } = extensions?.[OPENAI_CHAT] ?? {};
  return kept;
}

function encodeChoice({ content, reason, logprobs }: Choice, index: number): JsonObject {
  return {
    index,
    message: encodeMessage(content),
    logprobs: logprobs ? { content: logprobs, refusal: null } : null,
    finish_reason: WIRE_FINISH_REASONS[reason],
  };
}

function encodeMessage(content: readonly AssistantPart[]): JsonObject {
  const texts = content.filter((part) => part.type === 'text');
  const text = texts.map((part) => part.text).join('');
  const reasoning = joined(content, 'reasoning');
  const calls = content.filter((part) => part.type === 'tool-call' && !part.hosted) as readonly ToolCallPart[];
  const audio = content.find((part) => part.type === 'media' && part.media === 'audio');
  const annotations = texts.flatMap((part) => (part.citations ?? []).flatMap(encodeCitation));
  return defined({
    role: 'assistant',
    content: texts.length === 0 ? null : text,
    reasoning_content: reasoning || undefined,
    refusal: joined(content, 'refusal') || null,
    annotations: annotations.length > 0 ? annotations : undefined,
    tool_calls: calls.length > 0 ? calls.map(encodeCall) : undefined,
    audio: audio ? encodeAudio(audio as MediaPart) : undefined,
  });
}

function joined(content: readonly AssistantPart[], type: 'reasoning' | 'refusal'): string {
  return content.map((part) => (part.type === type ? part.text : '')).join('');
}

function encodeCall({ id, name, form, arguments: text }: ToolCallPart): JsonObject {
  if (form === 'freeform') return { id, type: 'custom', custom: { name, input: text } };
  return { id, type: 'function', function: { name, arguments: text || '{}' } };
}

/** Only what has a URL is a `url_citation`. */
export function encodeCitation({ url, title, start, end }: Citation): readonly JsonValue[] {
  if (url === undefined) return [];
  const cited = { url, title: title ?? '', start_index: start ?? 0, end_index: end ?? 0 };
  return [{ type: 'url_citation', url_citation: cited }];
}

export function encodeAudio({ source, transcript, extensions }: MediaPart): JsonObject {
  const data = source.type === 'base64' ? source.data : '';
  return { id: '', expires_at: 0, data, transcript: transcript ?? '', ...extensions?.[OPENAI_CHAT] };
}
