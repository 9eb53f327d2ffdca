import {
  argumentsObject,
  type AssistantPart,
  type ChatReply,
  type Citation,
  type EncodeContext,
  isJsonObject,
  type JsonObject,
  type Opaque,
  type OpaqueBox,
  signThoughts,
} from '@dragoman/plugin';
import { messageId } from '../request/threads.ts';
import { encodeUsage } from './usage.ts';
import { ANTHROPIC, STOP_REASONS } from '../wire.ts';

/** Encodes a whole reply as a `message`. */
export function encodeReply(reply: ChatReply, context: EncodeContext): JsonObject {
  const [choice] = reply.choices;
  return {
    id: messageId(reply.id, context),
    type: 'message',
    role: 'assistant',
    model: reply.model,
    content: signThoughts(choice?.content ?? []).flatMap((part) => encodePart(part, context.opaque)),
    stop_reason: STOP_REASONS[choice?.reason ?? 'stop'],
    stop_sequence: reply.stopSequence ?? null,
    usage: encodeUsage(reply.usage),
  };
}

function encodePart(part: AssistantPart, box: OpaqueBox): readonly JsonObject[] {
  switch (part.type) {
    case 'text': {
      if (part.text === '') return [];
      const citations = (part.citations ?? []).flatMap(encodeCitation);
      return [{ type: 'text', text: part.text, ...(citations.length > 0 && { citations }) }];
    }
    case 'refusal':
      return part.text === '' ? [] : [{ type: 'text', text: part.text }];
    case 'reasoning':
      if (part.opaque?.kind === 'redacted')
        return [{ type: 'redacted_thinking', data: signatureOf(part.opaque, box) }];
      return [{ type: 'thinking', thinking: part.text, signature: signatureOf(part.opaque, box) }];
    case 'tool-call':
      if (part.hosted) return [];
      return [{ type: 'tool_use', id: part.id, name: part.name, input: argumentsObject(part.arguments) }];
    case 'raw':
      return part.protocol === ANTHROPIC && isJsonObject(part.value) ? [part.value] : [];
    case 'media':
    case 'tool-result':
      return [];
  }
}

/** Another upstream's source has no index that Anthropic could read; it is shown and never sent back. */
export function encodeCitation({ url, title, text, extensions }: Citation): readonly JsonObject[] {
  const own = extensions?.[ANTHROPIC];
  if (own) return [own];
  if (url === undefined) return [];
  const type = 'web_search_result_location';
  return [{ type, url, title: title ?? null, cited_text: text ?? '', encrypted_index: '' }];
}

/** Anthropic's own signatures go back as they are; another's state travels in an envelope. */
export function signatureOf(opaque: Opaque | undefined, box: OpaqueBox): string {
  if (!opaque) return '';
  return opaque.protocol === ANTHROPIC ? (opaque.data ?? '') : box.seal(opaque);
}
