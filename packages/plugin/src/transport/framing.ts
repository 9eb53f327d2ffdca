import { JsonEntriesParser } from './json/json-entries.ts';
import { isJsonLines, JsonLinesParser } from './json/json-lines.ts';
import { type SseEvent, SseParser } from './sse.ts';

/** How a stream is cut into messages: server-sent events, lines of JSON, or the entries of one JSON array. */
export type Framing = 'sse' | 'ndjson' | 'json-array';

/** Finds the messages in chunks of text. It looks at every character once. */
export interface FrameParser {
  /** The messages that `text` completes. */
  push(text: string): readonly SseEvent[];
  /** The last message, if nothing marks its end. */
  end(): readonly SseEvent[];
}

interface FramingRules {
  readonly contentType: string;
  /** What readers ignore between two messages. */
  readonly keepAlive: string;
  createParser(): FrameParser;
  /** Where the last whole message in these bytes ends; 0 without one. */
  endOfLast(bytes: Buffer): number;
  /** Whether bytes that end like this certainly end between two messages. */
  isBetween(end: Buffer): boolean;
}

export const FRAMINGS: Readonly<Record<Framing, FramingRules>> = {
  sse: {
    contentType: 'text/event-stream; charset=utf-8',
    keepAlive: ': keep-alive\n\n',
    createParser: () => new SseParser(),
    endOfLast: (bytes) => Math.max(...['\n\n', '\r\n\r\n', '\r\r'].map((blank) => endOf(bytes, blank))),
    isBetween: (end) => /(?:\r\n|\n|\r(?!\n))(?:\r\n|\n|\r)$/.test(end.toString('latin1')),
  },
  ndjson: {
    contentType: 'application/x-ndjson',
    // Not an empty line, which some clients try to parse: white space before the next object means nothing to any.
    keepAlive: ' ',
    createParser: () => new JsonLinesParser(),
    endOfLast: (bytes) => endOf(bytes, '\n'),
    isBetween: (end) => /\n *$/.test(end.toString('latin1')),
  },
  'json-array': {
    contentType: 'application/json; charset=utf-8',
    keepAlive: '\n',
    createParser: () => new JsonEntriesParser(),
    endOfLast: (bytes) => endOf(bytes, '}'),
    // A brace may be in a string, or inside an entry.
    isBetween: () => false,
  },
};

function endOf(bytes: Buffer, mark: string): number {
  const at = bytes.lastIndexOf(mark);
  return at < 0 ? 0 : at + mark.length;
}

/** Reads the messages of a stream, at any chunking. */
export async function* readFrames(
  bytes: AsyncIterable<Uint8Array | string>,
  framing: Framing,
): AsyncGenerator<SseEvent> {
  const parser = FRAMINGS[framing].createParser();
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  for await (const chunk of bytes) {
    const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    for (const event of parser.push(text)) yield event;
  }
  for (const event of parser.push(decoder.decode())) yield event;
  for (const event of parser.end()) yield event;
}

/** The framing that a content type names; `undefined` for any other, JSON included. */
export function framingOf(contentType = ''): Framing | undefined {
  if (/^text\/event-stream\b/i.test(contentType)) return 'sse';
  return isJsonLines(contentType) ? 'ndjson' : undefined;
}
