import {
  type Block,
  type Citation,
  defined,
  type JsonObject,
  type JsonValue,
  type Opaque,
  type OpaqueBox,
} from '@dragoman/plugin';
import { RESPONSES } from '../wire.ts';

/** The finished part of a message. */
export function textPart(
  text: string,
  citations: readonly Citation[],
  logprobs: readonly JsonValue[],
): JsonObject {
  const annotations = citations.flatMap((citation) => encodeCitation(citation, text.length));
  return { type: 'output_text', text, annotations, logprobs };
}

export function refusalPart(text: string): JsonObject {
  return { type: 'refusal', refusal: text };
}

export function messageItem(id: string, content: readonly JsonObject[], isDone: boolean): JsonObject {
  return { id, type: 'message', status: isDone ? 'completed' : 'in_progress', role: 'assistant', content };
}

/** Reasoning is always a summary here: that is what clients show. */
export function reasoningItem(id: string, text: string, encrypted: string | undefined): JsonObject {
  const summary = text === '' ? [] : [{ type: 'summary_text', text }];
  return defined({ id, type: 'reasoning', summary, encrypted_content: encrypted });
}

type CallBlock = Extract<Block, { type: 'tool-call' }>;

export function callItem(id: string, block: CallBlock, text: string | undefined): JsonObject {
  const { id: call_id, name, namespace, form } = block;
  const status = text === undefined ? 'in_progress' : 'completed';
  if (form === 'freeform') {
    return defined({ id, type: 'custom_tool_call', status, call_id, name, namespace, input: text ?? '' });
  }
  return defined({ id, type: 'function_call', status, call_id, name, namespace, arguments: text ?? '' });
}

/** The protocol's own state goes back as it is; another's travels in an envelope. */
export function encryptedOf(opaque: Opaque, box: OpaqueBox): string | undefined {
  return opaque.protocol === RESPONSES && opaque.kind === 'reasoning' ? opaque.data : box.seal(opaque);
}

/** Only what has a URL is a `url_citation`. Its offsets count within its part. */
function encodeCitation({ url, title, start = 0, end }: Citation, length: number): readonly JsonObject[] {
  if (url === undefined) return [];
  return [{ type: 'url_citation', url, title: title ?? '', start_index: start, end_index: end ?? length }];
}
