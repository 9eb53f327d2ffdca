import {
  type ChatEvent,
  isJsonObject,
  type JsonValue,
  parseJson,
  type ReplyReader,
  type Usage,
} from '@dragoman/plugin';
import { type FrameParser, type Framing, FRAMINGS } from '@dragoman/plugin/internal/transport/framing';
import { contentBytes, textBytes } from './content-bytes.ts';

/** How to decode a reply for counting: with the reader of its wire, or as plain text. */
export type CountAs = ReplyReader | 'text';

/** The content of a reply, or of the part that arrived. */
export interface Found {
  /** What the model wrote, in bytes of UTF-8. */
  readonly bytes: number;
  /** Whether the reply had begun to answer. */
  readonly hasBegun: boolean;
  /** The upstream's own usage so far. */
  readonly usage?: Usage | undefined;
}

/** Counts the content of events. */
class EventCount implements Found {
  bytes = 0;
  hasBegun = false;
  usage: Usage | undefined;

  add(events: Iterable<ChatEvent>): void {
    for (const event of events) {
      this.hasBegun = true;
      this.bytes += contentBytes(event);
      if ('usage' in event && event.usage) this.usage = { ...this.usage, ...event.usage };
    }
  }
}

/** Counts the content of a stream, chunk by chunk. */
export class StreamCount {
  readonly #parser: FrameParser;
  readonly #framing: Framing;
  readonly #text = new TextDecoder('utf-8', { ignoreBOM: true });
  readonly #count = new EventCount();
  readonly #read: (event: { readonly event?: string; readonly data: string }) => void;
  #isBroken = false;
  #isOver = false;

  constructor(as: CountAs, framing: Framing) {
    this.#framing = framing;
    this.#parser = FRAMINGS[framing].createParser();
    const count = this.#count;
    const decoder = as === 'text' ? undefined : as.decodeStream();
    this.#read = decoder
      ? (event) => {
          if (!decoder.isOver) count.add(decoder.push(event));
        }
      : ({ data }) => {
          count.bytes += textBytes(parseJson(data) ?? '');
          count.hasBegun = true;
        };
  }

  push(chunk: Uint8Array): void {
    if (this.#isBroken) return;
    try {
      for (const event of this.#parser.push(this.#text.decode(chunk, { stream: true }))) this.#read(event);
    } catch {
      // An error event, or one that cannot be decoded: earlier content counts.
      this.#isBroken = true;
    }
  }

  /** Takes the last chunk of a stream. An incomplete message counts with its framing. */
  end(chunk: Buffer, isWhole: boolean): Found {
    if (!this.#isOver) this.push(chunk);
    this.#isOver = true;
    const { bytes, hasBegun, usage } = this.#count;
    const rest =
      isWhole || this.#isBroken || !hasBegun ? 0 : chunk.length - FRAMINGS[this.#framing].endOfLast(chunk);
    return { bytes: bytes + rest, hasBegun, usage };
  }

  get found(): Found {
    return this.#count;
  }
}

/** Counts the content of a JSON reply, or of the part that arrived. */
export function countJson(text: string, as: CountAs): Found {
  const value = parseJson(text) ?? begunList(text);
  if (value === undefined) return countPart(text);
  if (as === 'text') return { bytes: textBytes(value), hasBegun: true };
  const count = new EventCount();
  try {
    count.add(eventsOf(value, as));
  } catch {
    // An error with status 200.
  }
  return count;
}

/** The complete entries of a truncated list, as some servers stream them. */
function begunList(text: string): JsonValue | undefined {
  return text.startsWith('[') ? parseJson(`${text.slice(0, text.lastIndexOf('}') + 1)}]`) : undefined;
}

/** Truncated JSON counts including its framing. An error has no content. */
export function countPart(text: string): Found {
  const isAnswer = !/^\s*\{\s*"error"/.test(text) && parseJson(text) === undefined;
  return { bytes: isAnswer ? Buffer.byteLength(text) : 0, hasBegun: isAnswer };
}

function* eventsOf(value: JsonValue, reader: ReplyReader): Generator<ChatEvent> {
  if (isJsonObject(value)) yield* reader.decodeReply(value);
  else if (Array.isArray(value)) {
    const decoder = reader.decodeStream();
    for (const entry of value as readonly JsonValue[]) yield* decoder.push({ data: JSON.stringify(entry) });
  }
}
