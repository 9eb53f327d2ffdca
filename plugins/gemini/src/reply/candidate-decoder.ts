import { createHash } from 'node:crypto';
import {
  type Block,
  type BlockWriter,
  type ChatEvent,
  type FinishReason,
  GatewayError,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type MediaPart,
  type Opaque,
} from '@dragoman/plugin';
import { decodeGrounding } from './grounding.ts';
import { arrayOf, BROKEN_REASONS, FINISH_REASONS, GEMINI } from '../wire.ts';

type Kind = 'text' | 'reasoning';

/** One candidate of a reply while its parts come in: on this wire, order is all there is. */
export class CandidateDecoder {
  readonly index: number;
  readonly #writer: BlockWriter;
  /** Makes ids the same whenever the same reply is read: most servers give calls none. */
  readonly #idSeed: string;
  #open: { readonly kind: Kind; text: string } | undefined;
  #calls = 0;
  #hasText = false;
  #finish: string | undefined;
  #message: string | undefined;
  #grounding: JsonObject | undefined;
  /** A finish reason that no table knows, as the upstream wrote it. */
  unknownReason: string | undefined;

  constructor(writer: BlockWriter, { index, idSeed }: { readonly index: number; readonly idSeed: string }) {
    this.#writer = writer;
    this.index = index;
    this.#idSeed = idSeed;
  }

  *decode(candidate: JsonObject): Generator<ChatEvent> {
    const { content, finishReason, finishMessage, groundingMetadata } = candidate;
    if (isJsonObject(groundingMetadata)) this.#grounding = groundingMetadata;
    if (isJsonObject(content)) {
      for (const part of arrayOf(content['parts'])) if (isJsonObject(part)) yield* this.#part(part);
    }
    if (typeof finishReason === 'string' && finishReason !== 'FINISH_REASON_UNSPECIFIED') {
      this.#finish = finishReason;
      if (typeof finishMessage === 'string') this.#message = finishMessage;
    }
  }

  /** Why the candidate ended, if it did. Calls of tools end with `STOP` as well. */
  reason(): FinishReason | undefined {
    const finish = this.#finish;
    if (finish === undefined) return undefined;
    const isEmpty = !this.#hasText && this.#calls === 0;
    const isUnsaid = (finish === 'LANGUAGE' || finish === 'OTHER') && isEmpty;
    if (BROKEN_REASONS.has(finish) || isUnsaid) {
      const detail = this.#message ? `: ${this.#message.slice(0, 500)}` : '.';
      throw new GatewayError('upstream-broken', `The model's answer ended with ${finish}${detail}`);
    }
    const known = Object.hasOwn(FINISH_REASONS, finish) ? FINISH_REASONS[finish] : undefined;
    if (known === undefined) this.unknownReason = finish;
    return (known ?? 'stop') === 'stop' && this.#calls > 0 ? 'tool-use' : (known ?? 'stop');
  }

  *end(): Generator<ChatEvent> {
    yield* this.#close();
  }

  *#part(part: JsonObject): Generator<ChatEvent> {
    const { text, thought, thoughtSignature: data, functionCall, inlineData } = part;
    const signature = typeof data === 'string' && data !== '' ? data : undefined;
    if (isJsonObject(functionCall)) {
      yield* this.#call(functionCall, signature);
    } else if (typeof text === 'string') {
      yield* this.#text(thought === true ? 'reasoning' : 'text', text);
      if (signature !== undefined) yield* this.#sign(thought === true ? 'thinking' : 'text', signature);
    } else if (isJsonObject(inlineData)) {
      const media = partOfMedia(inlineData);
      if (media) yield* this.#whole({ part: media });
    } else {
      yield* this.#whole({ part: { type: 'raw', protocol: GEMINI, value: part } });
    }
  }

  *#text(kind: Kind, text: string): Generator<ChatEvent> {
    if (text === '') return;
    if (kind === 'text') this.#hasText = true;
    if (this.#open?.kind !== kind) yield* this.#begin(kind);
    if (this.#open) this.#open.text += text;
    yield* this.#writer.delta(this.#key(kind), text);
  }

  *#begin(kind: Kind): Generator<ChatEvent> {
    yield* this.#close();
    this.#open = { kind, text: '' };
    const block: Block = kind === 'text' ? { type: kind } : { type: kind, form: 'summary' };
    yield* this.#writer.open(this.#key(kind), block, this.index);
  }

  /** The last part of an answer may be an empty text that only holds a signature. */
  *#sign(kind: Opaque['kind'], data: string): Generator<ChatEvent> {
    const opaque = { protocol: GEMINI, kind, data };
    const key = this.#open && this.#key(this.#open.kind);
    const index = key === undefined ? undefined : this.#writer.indexOf(key);
    if (index !== undefined) {
      yield { type: 'block-opaque', index, opaque };
      return;
    }
    const hidden = `${this.index} signature ${this.#writer.nextIndex()}`;
    yield* this.#writer.open(hidden, { type: 'reasoning', form: 'hidden' }, this.index);
    const place = this.#writer.indexOf(hidden);
    if (place !== undefined) yield { type: 'block-opaque', index: place, opaque };
    yield* this.#writer.close(hidden);
  }

  *#call({ id, name, args }: JsonObject, data: string | undefined): Generator<ChatEvent> {
    if (typeof name !== 'string') return;
    yield* this.#close();
    const at = this.#calls++;
    const key = `${this.index} call ${at}`;
    const callId = typeof id === 'string' && id !== '' ? id : this.#callId(at);
    yield* this.#writer.open(key, { type: 'tool-call', id: callId, name, form: 'json' }, this.index);
    const index = this.#writer.indexOf(key);
    if (data !== undefined && index !== undefined)
      yield { type: 'block-opaque', index, opaque: { protocol: GEMINI, kind: 'call', data } };
    yield* this.#writer.delta(key, JSON.stringify(isJsonObject(args) ? args : {}));
    yield* this.#writer.close(key);
  }

  #callId(at: number): string {
    const seed = `${this.#idSeed}\0${this.index}\0${at}`;
    return `call_${createHash('sha256').update(seed).digest('hex').slice(0, 16)}`;
  }

  *#whole(event: Pick<Extract<ChatEvent, { type: 'block' }>, 'part'>): Generator<ChatEvent> {
    yield* this.#close();
    const choice = this.index > 0 && { choice: this.index };
    yield { type: 'block', index: this.#writer.nextIndex(), ...event, ...choice };
  }

  *#close(): Generator<ChatEvent> {
    const open = this.#open;
    if (!open) return;
    this.#open = undefined;
    const index = this.#writer.indexOf(this.#key(open.kind));
    if (open.kind === 'text' && this.#grounding && index !== undefined) {
      for (const citation of decodeGrounding(this.#grounding, open.text)) {
        yield { type: 'block-citation', index, citation };
      }
      this.#grounding = undefined;
    }
    yield* this.#writer.close(this.#key(open.kind));
  }

  #key(kind: Kind): string {
    return `${this.index} ${kind}`;
  }
}

function partOfMedia({
  mimeType,
  data,
}: Readonly<Record<string, JsonValue | undefined>>): MediaPart | undefined {
  if (typeof mimeType !== 'string' || typeof data !== 'string') return undefined;
  const [kind] = mimeType.split('/');
  const media = kind === 'audio' || kind === 'video' || kind === 'image' ? kind : 'document';
  return { type: 'media', media, source: { type: 'base64', mimeType, data } };
}
