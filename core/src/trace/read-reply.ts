import type { ChatEvent, ChatReply, ChatRequest } from '../canonical/chat.ts';
import { ReplyFolder } from '../canonical/fold.ts';
import { isJsonObject, type JsonValue } from '../canonical/json.ts';
import type { WireReader } from '../plugin/wire-reader.ts';
import { parseSse, type SseEvent } from '../transport/sse.ts';
import { piecesOf, type TimedText } from './read-body.ts';

/** Something that the client learnt, in milliseconds from the beginning of its request. */
export interface TimedEvent {
  readonly ms: number;
  readonly event: ChatEvent;
}

export interface ReadReply {
  readonly events: readonly TimedEvent[];
  /** What the events come to, as far as they go. */
  readonly reply?: ChatReply;
  /** Why the reading ended before the reply said that it is complete. */
  readonly problem?: string;
}

/** Reads what a client got, as it came to it. */
export async function readReply(
  reader: WireReader,
  body: TimedText,
  request: ChatRequest,
): Promise<ReadReply> {
  const events: TimedEvent[] = [];
  const folder = new ReplyFolder();
  let problem: string | undefined;
  let now = body.marks[0]?.[1] ?? 0;
  const onTime = (ms: number): void => {
    now = ms;
  };
  try {
    for await (const event of eventsOf(reader, { body, request, onTime })) {
      events.push({ ms: now, event });
      folder.push(event);
      if (event.type === 'finish') break;
    }
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error);
  }
  return { events, ...folded(folder, events), ...(problem !== undefined && { problem }) };
}

/** A reply that broke off is shown as far as it came. */
function folded(folder: ReplyFolder, events: readonly TimedEvent[]): Pick<ReadReply, 'reply'> {
  if (events.length === 0) return {};
  try {
    if (events.at(-1)?.event.type !== 'finish') folder.push({ type: 'finish', reason: 'stop' });
    return { reply: folder.reply() };
  } catch {
    return {};
  }
}

interface Reading {
  readonly body: TimedText;
  readonly request: ChatRequest;
  readonly onTime: (ms: number) => void;
}

function eventsOf(
  reader: WireReader,
  { body, request, onTime }: Reading,
): AsyncIterable<ChatEvent> | Iterable<ChatEvent> {
  const { text, marks } = body;
  if (!/^\s*[{[]/.test(text)) return reader.decodeStream(oneByOne(parseSse(timed(body, onTime))), request);
  onTime(marks.at(-1)?.[1] ?? 0);
  const value = JSON.parse(text) as JsonValue;
  if (Array.isArray(value))
    return reader.decodeStream(
      oneByOne(value.map((entry: JsonValue) => ({ data: JSON.stringify(entry) }))),
      request,
    );
  return isJsonObject(value) ? reader.decodeReply(value, request) : [];
}

function* timed(body: TimedText, onTime: (ms: number) => void): Generator<string> {
  for (const { ms, text } of piecesOf(body)) {
    onTime(ms);
    yield text;
  }
}

/** Decoders of streams wait for what comes; here it is all there. */
async function* oneByOne(events: Iterable<SseEvent>): AsyncGenerator<SseEvent> {
  for (const event of events) yield event;
}
