import {
  argumentsObject,
  type AssistantPart,
  type ChatReply,
  type Choice,
  defined,
  type EncodeContext,
  isJsonObject,
  type JsonObject,
  type Opaque,
  type OpaqueBox,
} from '@dragoman/plugin';
import { encodeGrounding } from './grounding.ts';
import { encodeUsage } from './usage.ts';
import { GEMINI, WIRE_FINISH_REASONS } from '../wire.ts';

/** Encodes a whole reply. */
export function encodeReply(reply: ChatReply, context: EncodeContext): JsonObject {
  return {
    candidates: reply.choices.map((choice, index) => encodeChoice(choice, index, context.opaque)),
    usageMetadata: encodeUsage(reply.usage),
    modelVersion: reply.model,
    responseId: reply.id || context.id,
  };
}

function encodeChoice({ content, reason }: Choice, index: number, box: OpaqueBox): JsonObject {
  const parts = content.flatMap((part) => encodePart(part, box));
  const text = content.map((part) => (part.type === 'text' ? part.text : '')).join('');
  let start = 0;
  const citations = content.flatMap((part) => {
    if (part.type !== 'text') return [];
    const from = start;
    start += part.text.length;
    return (part.citations ?? []).map((citation) => ({
      ...citation,
      start: from + (citation.start ?? 0),
      end: from + (citation.end ?? part.text.length),
    }));
  });
  return defined({
    // Clients drop a turn that has no parts from their history.
    content: { role: 'model', parts: parts.length > 0 ? parts : [{ text: '' }] },
    finishReason: WIRE_FINISH_REASONS[reason],
    index,
    groundingMetadata: encodeGrounding(citations, text),
  });
}

function encodePart(part: AssistantPart, box: OpaqueBox): readonly JsonObject[] {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return part.text === ''
        ? []
        : [{ text: part.text, ...signature('opaque' in part ? part.opaque : undefined, box) }];
    case 'reasoning':
      return encodeThought(part.text, part.opaque, box);
    case 'tool-call':
      if (part.hosted) return [];
      return [{ functionCall: encodeCall(part, part.arguments), ...signature(part.opaque, box) }];
    case 'media':
      if (part.source.type !== 'base64') return [];
      return [{ inlineData: { mimeType: part.source.mimeType, data: part.source.data } }];
    case 'raw':
      return part.protocol === GEMINI && isJsonObject(part.value) ? [part.value] : [];
    case 'tool-result':
      return [];
  }
}

/** What was thought; a signature of Gemini's text stands on a text, that of a thought on a thought. */
export function encodeThought(
  text: string,
  opaque: Opaque | undefined,
  box: OpaqueBox,
): readonly JsonObject[] {
  if (text === '' && !opaque) return [];
  const isOfText = opaque?.protocol === GEMINI && opaque.kind === 'text';
  return [{ text, ...(!isOfText && { thought: true }), ...signature(opaque, box) }];
}

/** Arguments are a value here; text that is none stays readable. */
export function encodeCall(call: { readonly id: string; readonly name: string }, text: string): JsonObject {
  return { id: call.id, name: call.name, args: argumentsObject(text) };
}

/** Gemini's own signatures go as they are; another's state travels in an envelope, which is base64 as well. */
export function signature(opaque: Opaque | undefined, box: OpaqueBox): JsonObject {
  if (!opaque) return {};
  const data = opaque.protocol === GEMINI ? opaque.data : box.seal(opaque);
  return data === undefined ? {} : { thoughtSignature: data };
}
