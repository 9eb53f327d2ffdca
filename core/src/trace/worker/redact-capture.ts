import type { CapturedChange } from '../capture.ts';
import type { PackedBody, PackedCapture } from '../packed.ts';
import { bytesOf, readTimed, type TimedText } from './read-body.ts';
import { defined, type Framing, type HeaderMap } from '@dragoman/plugin';
import { framingOf } from '@dragoman/plugin/internal/transport/framing';
import { type Redactor, redactUrl } from './redact.ts';

/** A capture for storage: without credentials, and redacted by the rules. */
export function redactCapture(capture: PackedCapture, redactor: Redactor): PackedCapture {
  const { request, exchanges, reply } = capture;
  const bodies = redactor.isNeeded(capture.bytes) ? new Bodies(capture, redactor) : undefined;
  const keep = <Body extends PackedBody>(body: Body, headers: HeaderMap = {}): Body =>
    bodies?.keep(body, framingOf(headers['content-type'])) ?? body;
  const kept = {
    request: {
      ...request,
      headers: redactor.headers(request.headers),
      query: redactor.query(request.query),
      params: textsOf(request.params, redactor),
      ...(request.body && { body: keep(request.body) }),
    },
    exchanges: exchanges.map((exchange) => ({
      ...exchange,
      url: redactor.text(redactUrl(exchange.url)),
      headers: redactor.sentHeaders(exchange.headers),
      ...(exchange.replyHeaders && { replyHeaders: redactor.headers(exchange.replyHeaders) }),
      ...(exchange.body && { body: keep(exchange.body) }),
      reply: keep(exchange.reply, exchange.replyHeaders),
    })),
    reply: { ...keep(reply, reply.headers), headers: redactor.headers(reply.headers) },
    ...(capture.changes && { changes: capture.changes.map((change) => excerpted(change, redactor)) }),
  };
  const { marks, bytes } = bodies?.finish() ?? capture;
  return { ...kept, marks, bytes };
}

/** A rule of the operator cannot be applied to a piece of a body, so then only the place is kept. */
function excerpted({ before, after, ...place }: CapturedChange, redactor: Redactor): CapturedChange {
  const [old, edited] = [before, after].map((text) => text && redactor.excerpt(text));
  return { ...place, ...defined({ before: old, after: edited }) };
}

function textsOf(fields: Readonly<Record<string, string>>, redactor: Redactor): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, redactor.text(value)]));
}

interface Altered {
  readonly bytes: Uint8Array;
  readonly marks: ArrayLike<number> & Iterable<number>;
  readonly isAltered: boolean;
}

/** The bodies of a capture, concatenated again. */
class Bodies {
  readonly #capture: PackedCapture;
  readonly #redactor: Redactor;
  readonly #laid: Uint8Array[] = [];
  readonly #marks: number[] = [];
  #size = 0;

  constructor(capture: PackedCapture, redactor: Redactor) {
    this.#capture = capture;
    this.#redactor = redactor;
  }

  keep<Body extends PackedBody>(body: Body, framing: Framing | undefined): Body {
    const { bytes, marks, isAltered } = this.#alter(body, framing);
    const place = { start: this.#size, length: bytes.length };
    const pieces = { firstMark: this.#marks.length / 2, pieces: marks.length / 2 };
    this.#laid.push(bytes);
    for (const mark of marks) this.#marks.push(mark);
    this.#size += bytes.length;
    return { ...body, ...place, ...pieces, ...(isAltered && { isAltered }) };
  }

  finish(): Pick<PackedCapture, 'marks' | 'bytes'> {
    const bytes = new Uint8Array(this.#size);
    let at = 0;
    for (const piece of this.#laid) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return { bytes, marks: Uint32Array.from(this.#marks) };
  }

  /** Message by message, since one may span several chunks; each has the time of its last chunk. */
  #alter(body: PackedBody, framing: Framing | undefined): Altered {
    const timed = readTimed(this.#capture, body);
    const marks: number[] = [];
    const kept: Buffer[] = [];
    let size = 0;
    let isAltered = false;
    for (const { ms, text } of messagesOf(timed, framing)) {
      const left = this.#redactor.redact(text);
      isAltered ||= left !== text;
      const bytes = Buffer.from(left);
      size += bytes.length;
      kept.push(bytes);
      if (body.pieces > 0) marks.push(size, Math.round(ms * 100));
    }
    if (isAltered) return { bytes: Buffer.concat(kept, size), marks, isAltered };
    const { firstMark, pieces } = body;
    const own = this.#capture.marks.subarray(firstMark * 2, (firstMark + pieces) * 2);
    return { bytes: bytesOf(this.#capture, body), marks: own, isAltered };
  }
}

interface Piece {
  readonly ms: number;
  readonly text: string;
}

/** A blank line ends an event, any line end a line of JSON. */
const EVENT_END = /(?:\r\n|\n|\r(?!\n))(?:\r\n|\n|\r)/g;
const LINE_END = /\n/g;

/** What ends a message; `undefined` where the whole text is one. */
function messageEnd(text: string, framing: Framing | undefined): RegExp | undefined {
  if (/^\s*(?:data|event|id|retry)?:/.test(text)) return EVENT_END;
  return framing === 'ndjson' ? LINE_END : undefined;
}

/** The whole messages of a stream, each with the time of its last chunk. Any other text counts as one. */
function* messagesOf({ text, marks }: TimedText, framing: Framing | undefined): Generator<Piece> {
  const last = marks.at(-1)?.[1] ?? 0;
  let start = 0;
  let mark = 0;
  const messages = messageEnd(text, framing);
  if (messages) {
    for (const { 0: ending, index } of text.matchAll(messages)) {
      const end = index + ending.length;
      while (mark < marks.length && (marks[mark]?.[0] ?? 0) < end) mark += 1;
      yield { ms: marks[mark]?.[1] ?? last, text: text.slice(start, end) };
      start = end;
    }
  }
  if (start < text.length) yield { ms: last, text: text.slice(start) };
}
