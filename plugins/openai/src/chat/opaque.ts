/** Where state that only its owner can read travels in this protocol, which has no place of its own for it. */
import {
  type FieldReader,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type Opaque,
  type OpaqueBox,
  type ReasoningPart,
} from '@dragoman/plugin';
import { arrayOf } from '../common/values.ts';
import { OPENAI_CHAT } from './wire.ts';

/** Google's name in its own OpenAI-compatible API, which clients of Gemini know. */
const GEMINI = 'gemini';
const ENCRYPTED = 'reasoning.encrypted';

/** A block of reasoning whose text lies in `reasoning_content` together with that of the others. */
export interface SealedReasoning {
  readonly opaque: Opaque;
  /** How much of that text is its own, in UTF-16 code units. */
  readonly length: number;
}

/** `reasoning_details` of a reply: one entry for each sealed block. */
export function encodeDetails(sealed: readonly SealedReasoning[], box: OpaqueBox): readonly JsonObject[] {
  return sealed.map(({ opaque, length }, index) => ({
    type: ENCRYPTED,
    index,
    data: box.seal(opaque),
    length,
  }));
}

/**
 * The reasoning of an assistant's turn. Sealed state comes back to the text that it was made for; where the
 * client has altered the one or lost the other, the text alone is left.
 */
export function decodeReasoning(
  message: FieldReader,
  text: string,
  box: OpaqueBox,
): readonly ReasoningPart[] {
  const sealed = openDetails(message, text, box);
  const total = sealed.reduce((sum, { length }) => sum + length, 0);
  if (sealed.length === 0 || total !== text.length) {
    return text === '' ? [] : [{ type: 'reasoning', text, form: 'raw' }];
  }
  let start = 0;
  return sealed.map(({ opaque, length }) => {
    const own = text.slice(start, start + length);
    start += length;
    return { type: 'reasoning', text: own, form: own === '' ? 'hidden' : 'raw', opaque };
  });
}

/** Clients that join what streams give may hold an entry twice; its index tells. */
function openDetails(message: FieldReader, text: string, box: OpaqueBox): readonly SealedReasoning[] {
  const details = message.all()['reasoning_details'];
  const entries = new Map<JsonValue, SealedReasoning>();
  for (const detail of arrayOf(details)) {
    if (!isJsonObject(detail) || detail['type'] !== ENCRYPTED || typeof detail['data'] !== 'string') continue;
    const opaque = box.open(detail['data']);
    const { index, length } = detail;
    if (opaque)
      entries.set(index ?? 0, { opaque, length: typeof length === 'number' ? length : text.length });
  }
  return [...entries.values()];
}

/** `extra_content` of a call in a reply: Gemini's signature, as Google's own server writes it. */
export function encodeExtraContent(opaque: Opaque | undefined): JsonObject {
  const isKnown = opaque?.protocol === GEMINI || opaque?.protocol === OPENAI_CHAT;
  if (!isKnown || opaque.data === undefined) return {};
  return { extra_content: { google: { thought_signature: opaque.data } } };
}

/** The signature of a call, and whose it is: a client's belongs to Gemini, a server's to that server. */
export function decodeExtraContent(call: JsonObject, protocol: typeof GEMINI | typeof OPENAI_CHAT) {
  const extra = call['extra_content'];
  const google = isJsonObject(extra) ? extra['google'] : undefined;
  const data = isJsonObject(google) ? google['thought_signature'] : undefined;
  return typeof data === 'string' && data !== '' ? { protocol, kind: 'call' as const, data } : undefined;
}
