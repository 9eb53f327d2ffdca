import type { PackedBody, PackedCapture } from './packed.ts';
import { piecesOf, readTimed } from './read-body.ts';
import { redactHeaders, type Redactor, redactQuery, redactUrl } from './redact.ts';

/** A capture as it may be kept: without credentials, and without what the rules leave out. */
export type KeptCapture = PackedCapture;

export function redactCapture(capture: PackedCapture, redactor: Redactor): KeptCapture {
  const { request, exchanges, reply } = capture;
  const bodies = new Bodies(capture.bytes, redactor);
  const kept = {
    request: {
      ...request,
      headers: redactHeaders(request.headers),
      query: redactQuery(request.query),
      ...(request.body && { body: bodies.keep(request.body) }),
    },
    exchanges: exchanges.map((exchange) => ({
      ...exchange,
      url: redactUrl(exchange.url),
      headers: redactHeaders(exchange.headers),
      ...(exchange.replyHeaders && { replyHeaders: redactHeaders(exchange.replyHeaders) }),
      ...(exchange.body && { body: bodies.keep(exchange.body) }),
      reply: bodies.keep(exchange.reply),
    })),
    reply: { ...bodies.keep(reply), headers: redactHeaders(reply.headers) },
  };
  return { ...kept, bytes: bodies.bytes() };
}

/** The bodies of a capture, laid anew once one of them is altered. */
class Bodies {
  readonly #given: Uint8Array<ArrayBuffer>;
  readonly #redactor: Redactor;
  /** By where and how long they are: bodies that only passed are there once. */
  readonly #known = new Map<string, { readonly body: PackedBody; readonly bytes: Uint8Array }>();
  /** Where those that stay as they were lie now. */
  readonly #untouched = new Map<number, number>();
  readonly #laid: Uint8Array[] = [];
  #size = 0;

  constructor(bytes: Uint8Array<ArrayBuffer>, redactor: Redactor) {
    this.#given = bytes;
    this.#redactor = redactor;
  }

  keep(body: PackedBody): PackedBody {
    const { start, length, marks } = body;
    // The times of one that passed through are not those of the other side.
    const name = `${start} ${length} ${marks.join(' ')}`;
    const known = this.#known.get(name);
    if (known) return { ...body, ...known.body };
    const altered = this.#alter(body);
    const bytes = altered?.bytes ?? this.#given.subarray(start, start + length);
    const place = { start: this.#lay(bytes, altered ? undefined : start), length: bytes.length };
    const kept = {
      ...place,
      marks: altered?.marks ?? marks,
      missing: body.missing,
      ...(altered && { isAltered: true }),
    };
    this.#known.set(name, { body: kept, bytes });
    return kept;
  }

  bytes(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.#size);
    let at = 0;
    for (const bytes of this.#laid) {
      all.set(bytes, at);
      at += bytes.length;
    }
    return all;
  }

  /** One that is kept as it was is laid once, however many name it. */
  #lay(bytes: Uint8Array, from: number | undefined): number {
    const before = from === undefined ? undefined : this.#untouched.get(from);
    if (before !== undefined) return before;
    const start = this.#size;
    if (from !== undefined && bytes.length > 0) this.#untouched.set(from, start);
    this.#laid.push(bytes);
    this.#size += bytes.length;
    return start;
  }

  /** Event by event, as one may have come in several pieces; each is told of when its last piece came. */
  #alter(body: PackedBody): { readonly bytes: Uint8Array; readonly marks: readonly number[] } | undefined {
    const timed = readTimed(this.#given, body);
    if (!this.#redactor.isNeeded(timed.text)) return undefined;
    const marks: number[] = [];
    const kept: Buffer[] = [];
    let size = 0;
    let isOther = false;
    for (const { ms, text } of eventsOf(timed)) {
      const left = this.#redactor.redact(text);
      isOther ||= left !== text;
      const bytes = Buffer.from(left);
      size += bytes.length;
      kept.push(bytes);
      marks.push(size, ms);
    }
    if (!isOther) return undefined;
    return { bytes: Buffer.concat(kept, size), marks: body.marks.length > 0 ? marks : [] };
  }
}

/** Puts the pieces of a stream together to whole events; what is no stream is one. */
function* eventsOf(
  timed: ReturnType<typeof readTimed>,
): Generator<{ readonly ms: number; readonly text: string }> {
  let open = '';
  let last = 0;
  for (const { ms, text } of piecesOf(timed)) {
    open += text;
    last = ms;
    for (let end = open.indexOf('\n\n'); end >= 0 && isStream(open); end = open.indexOf('\n\n')) {
      yield { ms, text: open.slice(0, end + 2) };
      open = open.slice(end + 2);
    }
  }
  if (open !== '') yield { ms: last, text: open };
}

function isStream(text: string): boolean {
  return /^\s*(?:data|event|id|retry)?:/.test(text);
}
