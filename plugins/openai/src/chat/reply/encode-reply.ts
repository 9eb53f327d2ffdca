import {
  type AssistantPart,
  type ChatReply,
  type Choice,
  type Citation,
  defined,
  type EncodeContext,
  type FinishReason,
  type JsonObject,
  type JsonValue,
  type MediaPart,
  type OpaqueBox,
  type ToolCallPart,
} from '@dragoman/plugin';
import { encodeDetails, encodeExtraContent } from '../opaque.ts';
import { encodeUsage } from '../usage.ts';
import { OPENAI_CHAT, WIRE_FINISH_REASONS } from '../wire.ts';

/** Encodes a whole reply as a `chat.completion`. */
export function encodeReply(reply: ChatReply, context: EncodeContext): JsonObject {
  return defined({
    id: reply.id || `chatcmpl-${context.id}`,
    object: 'chat.completion',
    created: reply.created ?? context.created,
    model: reply.model,
    choices: reply.choices.map((choice, index) => encodeChoice(choice, index, context.opaque)),
    usage: encodeUsage(reply.usage),
    ...keptOf(reply.extensions),
  });
}

/** What this protocol keeps of a start, without what is no field of a reply. */
export function keptOf(extensions: ChatReply['extensions']): JsonObject {
  const { finish_reason: _, ...kept } = extensions?.[OPENAI_CHAT] ?? {};
  return kept;
}

function encodeChoice({ content, reason, logprobs }: Choice, index: number, box: OpaqueBox): JsonObject {
  const refused = content.some(({ type }) => type === 'refusal');
  return {
    index,
    message: encodeMessage(content, box),
    logprobs: logprobs
      ? encodeLogprobs(logprobs, refused && !content.some(({ type }) => type === 'text'))
      : null,
    finish_reason: encodeReason(reason, refused),
  };
}

/** On this wire a refusal in words is an answer like any other, and SDKs fail on `content_filter`. */
export function encodeReason(reason: FinishReason, refused: boolean): string {
  return reason === 'content-filter' && refused ? 'stop' : WIRE_FINISH_REASONS[reason];
}

function encodeMessage(content: readonly AssistantPart[], box: OpaqueBox): JsonObject {
  const texts = content.filter((part) => part.type === 'text');
  const text = texts.map((part) => part.text).join('');
  const reasoning = joined(content, 'reasoning');
  const sealed = content.flatMap((part) =>
    part.type === 'reasoning' && part.opaque ? [{ opaque: part.opaque, length: part.text.length }] : [],
  );
  const calls = content.filter(
    (part) => part.type === 'tool-call' && !part.hosted,
  ) as readonly ToolCallPart[];
  const audio = content.find((part) => part.type === 'media' && part.media === 'audio');
  let start = 0;
  const annotations = texts.flatMap(({ text: { length }, citations = [] }) => {
    const encoded = citations.flatMap((citation) => encodeCitation(citation, { start, length }));
    start += length;
    return encoded;
  });
  return defined({
    role: 'assistant',
    content: texts.length === 0 ? null : text,
    reasoning_content: reasoning || undefined,
    reasoning_details: sealed.length > 0 ? encodeDetails(sealed, box) : undefined,
    refusal: joined(content, 'refusal') || null,
    annotations: annotations.length > 0 ? annotations : undefined,
    tool_calls: calls.length > 0 ? calls.map(encodeCall) : undefined,
    audio: audio ? encodeAudio(audio as MediaPart) : undefined,
  });
}

function joined(content: readonly AssistantPart[], type: 'reasoning' | 'refusal'): string {
  return content.map((part) => (part.type === type ? part.text : '')).join('');
}

function encodeCall({ id, name, form, arguments: text, opaque }: ToolCallPart): JsonObject {
  if (form === 'freeform') return { id, type: 'custom', custom: { name, input: text } };
  return { id, type: 'function', function: { name, arguments: text || '{}' }, ...encodeExtraContent(opaque) };
}

/** Of a refusal, the tokens have a place of their own. */
export function encodeLogprobs(tokens: readonly JsonValue[], isRefusal: boolean): JsonObject {
  return isRefusal ? { content: null, refusal: tokens } : { content: tokens, refusal: null };
}

/** Only what has a URL is a `url_citation`. Its offsets count from the start of the message. */
export function encodeCitation(
  { url, title, start = 0, end }: Citation,
  text: { readonly start: number; readonly length: number },
): readonly JsonValue[] {
  if (url === undefined) return [];
  const [start_index, end_index] = [text.start + start, text.start + (end ?? text.length)];
  return [{ type: 'url_citation', url_citation: { url, title: title ?? '', start_index, end_index } }];
}

export function encodeAudio({ source, transcript, extensions }: MediaPart): JsonObject {
  const data = source.type === 'base64' ? source.data : '';
  return { id: '', expires_at: 0, data, transcript: transcript ?? '', ...extensions?.[OPENAI_CHAT] };
}
