import {
  type Block,
  type BlockWriter,
  type ChatEvent,
  type ChatRequest,
  type Citation,
  defined,
  type FinishReason,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type MediaPart,
} from '@dragoman/plugin';
import { CallDecoder } from './call-decoder.ts';
import { arrayOf } from '../../common/values.ts';
import { FINISH_REASONS, OPENAI_CHAT } from '../wire.ts';

export interface ChoiceInput {
  readonly index: number;
  readonly writer: BlockWriter;
  /** Makes the ids that the server left out the same whenever the same reply is read. */
  readonly idSeed: string;
  readonly request: ChatRequest;
}

type Kind = 'text' | 'reasoning' | 'refusal';

/** One choice of a reply while its deltas come in. */
export class ChoiceDecoder {
  readonly index: number;
  readonly #writer: BlockWriter;
  readonly #request: ChatRequest;
  readonly #calls: CallDecoder;
  #finish: FinishReason | undefined;
  #open: Kind | undefined;
  #audio: { id?: JsonValue; expires_at?: JsonValue; data: string; transcript: string } | undefined;
  #refused = false;
  /** How long all texts are so far, and how long they were where the open one began. */
  #textLength = 0;
  #textStart = 0;
  /** A finish reason that no table knows, as the upstream wrote it. */
  unknownReason: string | undefined;

  constructor({ index, writer, idSeed, request }: ChoiceInput) {
    this.index = index;
    this.#writer = writer;
    this.#request = request;
    this.#calls = new CallDecoder(writer, { choice: index, idSeed });
  }

  *decode(choice: JsonObject): Generator<ChatEvent> {
    const delta = choice['delta'];
    if (isJsonObject(delta)) yield* this.#delta(delta, choice['logprobs']);
    const finish = choice['finish_reason'];
    if (typeof finish === 'string' && finish !== '') {
      if (Object.hasOwn(FINISH_REASONS, finish))
        this.#finish = FINISH_REASONS[finish as keyof typeof FINISH_REASONS];
      else [this.#finish, this.unknownReason] = ['stop', finish];
    }
  }

  /** Why the choice ended. Many servers say "stop" behind a call, and no server should behind a refusal. */
  reason(): FinishReason | undefined {
    if (this.#finish !== 'stop') return this.#finish;
    if (this.#calls.any) return 'tool-use';
    return this.#refused ? 'content-filter' : 'stop';
  }

  *end(): Generator<ChatEvent> {
    if (this.#open) yield* this.#switchTo(undefined);
    yield* this.#calls.end();
    if (!this.#audio) return;
    const part = audioPart(this.#audio, this.#request);
    const at = { index: this.#writer.nextIndex(), ...(this.index > 0 && { choice: this.index }) };
    yield { type: 'block', ...at, part };
  }

  *#delta(delta: JsonObject, logprobs: JsonValue | undefined): Generator<ChatEvent> {
    const reasoning = reasoningOf(delta);
    if (reasoning !== '') yield* this.#text('reasoning', reasoning);
    const text = contentOf(delta['content']);
    if (text !== '') yield* this.#text('text', text);
    if (delta['refusal']) yield* this.#refusal(delta['refusal']);
    if (delta['annotations'] || logprobs) yield* this.#extras(delta, logprobs);
    if (delta['tool_calls']) for (const call of arrayOf(delta['tool_calls'])) yield* this.#call(call);
    // The name of calls before there were several.
    if (isJsonObject(delta['function_call']))
      yield* this.#call({ index: 0, function: delta['function_call'] });
    this.#hear(delta['audio']);
  }

  *#text(kind: Kind, text: string): Generator<ChatEvent> {
    if (this.#open !== kind) yield* this.#switchTo(kind);
    if (kind === 'text') this.#textLength += text.length;
    yield* this.#writer.delta(this.#key(kind), text);
  }

  *#refusal(value: JsonValue | undefined): Generator<ChatEvent> {
    if (typeof value !== 'string' || value === '') return;
    this.#refused = true;
    yield* this.#text('refusal', value);
  }

  *#call(call: JsonValue): Generator<ChatEvent> {
    if (!isJsonObject(call)) return;
    if (this.#open) yield* this.#switchTo(undefined);
    yield* this.#calls.decode(call);
  }

  /** Opens a block of a kind and closes the one before: on this wire, order is all there is. */
  *#switchTo(kind: Kind | undefined): Generator<ChatEvent> {
    if (this.#open) yield* this.#writer.close(this.#key(this.#open));
    this.#open = kind;
    if (!kind) return;
    if (kind === 'text') this.#textStart = this.#textLength;
    const block: Block = kind === 'reasoning' ? { type: kind, form: 'raw' } : { type: kind };
    yield* this.#writer.open(this.#key(kind), block, this.index);
  }

  *#extras(delta: JsonObject, logprobs: JsonValue | undefined): Generator<ChatEvent> {
    const citations = decodeCitations(delta['annotations'], this.#textStart);
    if (citations.length > 0 && this.#open !== 'text') yield* this.#switchTo('text');
    const index = this.#open && this.#writer.indexOf(this.#key(this.#open));
    if (index === undefined) return;
    for (const citation of citations) yield { type: 'block-citation', index, citation };
    const tokens = isJsonObject(logprobs)
      ? [...arrayOf(logprobs['content']), ...arrayOf(logprobs['refusal'])]
      : [];
    if (tokens.length > 0) yield { type: 'block-logprobs', index, logprobs: tokens };
  }

  #hear(audio: JsonValue | undefined): void {
    if (!isJsonObject(audio)) return;
    this.#audio ??= { data: '', transcript: '' };
    const { id, expires_at, data, transcript } = audio;
    Object.assign(this.#audio, defined({ id, expires_at }));
    if (typeof data === 'string') this.#audio.data += data;
    if (typeof transcript === 'string') this.#audio.transcript += transcript;
  }

  #key(kind: Kind): string {
    return `${this.index} ${kind}`;
  }
}

/** A text, or parts that hold text, as Mistral sends them. */
function contentOf(content: JsonValue | undefined): string {
  if (typeof content === 'string') return content;
  return arrayOf(content)
    .map((part) => (isJsonObject(part) && typeof part['text'] === 'string' ? part['text'] : ''))
    .join('');
}

/** The same text under the name that the server has for it; OpenRouter says it twice. */
function reasoningOf({ reasoning_content, reasoning, reasoning_details: details }: JsonObject): string {
  if (typeof reasoning_content === 'string' && reasoning_content !== '') return reasoning_content;
  if (typeof reasoning === 'string' && reasoning !== '') return reasoning;
  return arrayOf(details)
    .map((detail) => (isJsonObject(detail) ? (detail['text'] ?? detail['summary']) : ''))
    .filter((text) => typeof text === 'string')
    .join('');
}

/** On the wire, offsets count from the start of the message; here, from the start of the open text. */
function decodeCitations(annotations: JsonValue | undefined, textStart: number): readonly Citation[] {
  const offset = (value: JsonValue | undefined): number | undefined =>
    typeof value === 'number' ? Math.max(0, value - textStart) : undefined;
  return arrayOf(annotations).flatMap((annotation) => {
    const cited = isJsonObject(annotation) ? annotation['url_citation'] : undefined;
    if (!isJsonObject(cited)) return [];
    const { url, title, start_index: start, end_index: end } = cited;
    return [
      defined({
        url: typeof url === 'string' ? url : undefined,
        title: typeof title === 'string' ? title : undefined,
        start: offset(start),
        end: offset(end),
      }),
    ];
  });
}

function audioPart(
  { data, transcript, ...kept }: { readonly data: string; readonly transcript: string },
  request: ChatRequest,
): MediaPart {
  const wished = request.extensions?.[OPENAI_CHAT]?.['audio'];
  const format = isJsonObject(wished) && typeof wished['format'] === 'string' ? wished['format'] : 'wav';
  return {
    type: 'media',
    media: 'audio',
    source: { type: 'base64', mimeType: `audio/${format}`, data },
    ...(transcript !== '' && { transcript }),
    extensions: { [OPENAI_CHAT]: kept },
  };
}
