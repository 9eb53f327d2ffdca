import {
  type ChatEvent,
  type ChatReply,
  type ChatRequest,
  isJsonObject,
  type JsonValue,
  type SseEvent,
  type WireReader,
} from '@dragoman/plugin';
import { ReplyFolder } from '@dragoman/plugin/internal/canonical/fold';
import { type Framing, FRAMINGS, framingOf } from '@dragoman/plugin/internal/transport/framing';
import { piecesOf, type TimedText } from './read-body.ts';

/** An event that the client received, with its time in milliseconds from the beginning of its request. */
export interface TimedEvent {
  readonly ms: number;
  readonly event: ChatEvent;
}

export interface ReadReply {
  readonly events: readonly TimedEvent[];
  /** The folded events, as far as they go. */
  readonly reply?: ChatReply;
  /** Why decoding ended before the reply was complete. */
  readonly problem?: string;
}

/** A client's reply, as it was recorded. */
export interface RecordedReply extends TimedText {
  readonly contentType: string | undefined;
}

/** Decodes a client's reply with its times. */
export function readReply(reader: WireReader, body: RecordedReply, request: ChatRequest): ReadReply {
  const events: TimedEvent[] = [];
  const add = (ms: number, decoded: Iterable<ChatEvent>): void => {
    for (const event of decoded) events.push({ ms, event });
  };
  let problem: string | undefined;
  try {
    const framing = framingIn(body);
    if (framing) readStream(reader, { body, request, add, framing });
    else readWhole(reader, { body, request, add });
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error);
  }
  return { events, ...folded(events), ...(problem !== undefined && { problem }) };
}

/** How a reply is cut into messages; `undefined` if it is one JSON object, whatever its type says. */
function framingIn({ text, contentType }: RecordedReply): Framing | undefined {
  const start = /^\s*([{[])/.exec(text)?.[1];
  if (start === undefined) return 'sse';
  if (start === '[') return 'json-array';
  return framingOf(contentType) === 'ndjson' ? 'ndjson' : undefined;
}

interface Reading {
  readonly body: TimedText;
  readonly request: ChatRequest;
  readonly add: (ms: number, decoded: Iterable<ChatEvent>) => void;
}

/** A whole reply has the time of its last byte. */
function readWhole(reader: WireReader, { body, request, add }: Reading): void {
  const ms = body.marks.at(-1)?.[1] ?? 0;
  const value = JSON.parse(body.text) as JsonValue;
  if (isJsonObject(value)) add(ms, reader.decodeReply(value, request));
}

interface ReadingStream extends Reading {
  readonly framing: Framing;
}

function readStream(reader: WireReader, { body, request, add, framing }: ReadingStream): void {
  const parser = FRAMINGS[framing].createParser();
  const decoder = reader.decodeStream(request);
  let last = 0;
  const push = (events: readonly SseEvent[]): void => {
    for (const event of events) {
      if (!decoder.isOver) add(last, decoder.push(event));
    }
  };
  for (const { ms, text } of piecesOf(body)) {
    last = ms;
    push(parser.push(text));
  }
  push(parser.end());
  add(last, decoder.end());
}

/** A reply that was cut off is shown as far as it got. */
function folded(events: readonly TimedEvent[]): Pick<ReadReply, 'reply'> {
  if (events.length === 0) return {};
  const folder = new ReplyFolder();
  try {
    for (const { event } of events) folder.push(event);
    if (events.at(-1)?.event.type !== 'finish') folder.push({ type: 'finish', reason: 'stop' });
    return { reply: folder.reply() };
  } catch {
    return {};
  }
}
