import type { HeaderMap } from '@dragoman/plugin';
import type { BodyRecording, Capture, CapturedChange, ClientRequest, UpstreamExchange } from './capture.ts';

/** A body within the bytes of its trace. */
export interface PackedBody {
  readonly start: number;
  readonly length: number;
  /** The offset and number of its marks. */
  readonly firstMark: number;
  readonly pieces: number;
  /** Bytes that were not kept. */
  readonly missing: number;
  /** Whether parts of it were redacted. */
  readonly isAltered?: boolean;
}

export interface PackedExchange extends Omit<UpstreamExchange, 'body' | 'reply'> {
  readonly body?: PackedBody;
  readonly reply: PackedBody;
}

/** A capture as one buffer: its numbers and bytes are transferred between threads without a copy. */
export interface PackedCapture {
  readonly request: Omit<ClientRequest, 'body'> & { readonly body?: PackedBody };
  readonly exchanges: readonly PackedExchange[];
  readonly reply: PackedBody & { readonly headers: HeaderMap };
  /** What hooks changed. */
  readonly changes?: readonly CapturedChange[];
  /** Pairs: the end of a chunk, from the body's start, and its time, in hundredths of milliseconds. */
  readonly marks: Uint32Array<ArrayBuffer>;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Packs the capture of a request that began at `origin`. */
export function pack(capture: Capture, origin: number): PackedCapture {
  const { request, exchanges, reply, replyHeaders, changes } = capture;
  const packer = new Packer(origin, capture.limit);
  const { body: asked, ...sent } = request;
  const packed = {
    request: { ...sent, ...(asked && { body: packer.whole(asked) }) },
    exchanges: exchanges.map(({ body, reply: answer, ...rest }) => ({
      ...rest,
      ...(body !== undefined && { body: packer.whole(body) }),
      reply: packer.pieces(answer),
    })),
    reply: { headers: textsOf(replyHeaders), ...packer.pieces(reply) },
    ...(changes.length > 0 && { changes }),
  };
  return { ...packed, ...packer.finish() };
}

interface Laid {
  readonly pieces: readonly (string | Uint8Array)[];
  readonly start: number;
  readonly length: number;
}

const NO_TIMES: readonly number[] = [];

/** Concatenates bodies. A body that passed through unchanged is stored once. */
class Packer {
  readonly #origin: number;
  readonly #limit: number;
  readonly #laid: Laid[] = [];
  readonly #marks: number[] = [];
  #size = 0;

  constructor(origin: number, limit: number) {
    this.#origin = origin;
    this.#limit = limit;
  }

  whole(body: string | Uint8Array): PackedBody {
    const missing = Math.max(0, body.length - this.#limit);
    const kept = typeof body === 'string' ? body.slice(0, this.#limit) : body.subarray(0, this.#limit);
    return this.#lay([missing > 0 ? kept : body], NO_TIMES, missing);
  }

  pieces({ pieces, times, missing }: BodyRecording): PackedBody {
    return this.#lay(pieces, times, missing);
  }

  #lay(pieces: Laid['pieces'], times: readonly number[], missing: number): PackedBody {
    const firstMark = this.#marks.length / 2;
    let length = 0;
    for (const [at, piece] of pieces.entries()) {
      length += typeof piece === 'string' ? Buffer.byteLength(piece) : piece.length;
      const time = times[at];
      if (time !== undefined) this.#marks.push(length, Math.max(0, (time - this.#origin) * 100));
    }
    const same = this.#laid.find((before) => before.length === length && isSame(before.pieces, pieces));
    const start = same?.start ?? this.#size;
    if (!same) {
      this.#laid.push({ pieces, start, length });
      this.#size += length;
    }
    return { start, length, firstMark, pieces: times.length, missing };
  }

  /** In its own memory: a transfer takes the whole buffer along. */
  finish(): Pick<PackedCapture, 'marks' | 'bytes'> {
    const all = Buffer.from(new ArrayBuffer(this.#size));
    for (const { pieces, start } of this.#laid) {
      let at = start;
      for (const piece of pieces) {
        if (typeof piece === 'string') at += all.write(piece, at);
        else {
          all.set(piece, at);
          at += piece.length;
        }
      }
    }
    return {
      marks: Uint32Array.from(this.#marks),
      bytes: new Uint8Array(all.buffer),
    };
  }
}

/** Short bodies are compared, since they are often copied on their way. */
const SHORT = 16 * 1024;

function isSame(one: Laid['pieces'], other: Laid['pieces']): boolean {
  if (one.length === other.length && one.every((piece, at) => piece === other[at])) return true;
  const [first, second] = [one[0], other[0]];
  return (
    one.length === 1 &&
    other.length === 1 &&
    first instanceof Uint8Array &&
    second instanceof Uint8Array &&
    first.length < SHORT &&
    Buffer.compare(first, second) === 0
  );
}

function textsOf(headers: Readonly<Record<string, unknown>>): HeaderMap {
  const texts: Record<string, string> = {};
  for (const name in headers) texts[name.toLowerCase()] = String(headers[name]);
  return texts;
}
