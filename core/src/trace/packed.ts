import type { HeaderMap } from '../transport/http.ts';
import type { BodyTap, Capture, ClientRequest, UpstreamExchange } from './capture.ts';

/** A body within the bytes of its trace. */
export interface PackedBody {
  readonly start: number;
  readonly length: number;
  /** Pairs: where a piece ends, from `start`, and when it passed, in milliseconds from the request's beginning. */
  readonly marks: readonly number[];
  /** Bytes that were too many to keep. */
  readonly missing: number;
  /** Whether something was left out of it. */
  readonly isAltered?: boolean;
}

export interface PackedExchange extends Omit<UpstreamExchange, 'body' | 'reply'> {
  readonly body?: PackedBody;
  readonly reply: PackedBody;
}

/** A capture as it goes to the thread that keeps traces: all bytes in one piece, which is handed over and not copied. */
export interface PackedCapture {
  readonly request: Omit<ClientRequest, 'body'> & { readonly body?: PackedBody };
  readonly exchanges: readonly PackedExchange[];
  readonly reply: PackedBody & { readonly headers: HeaderMap };
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Packs what was captured of a request that began at `origin`. */
export function pack(capture: Capture, origin: number): PackedCapture {
  const { request, exchanges, reply, replyHeaders } = capture;
  const packer = new Packer(origin);
  const { body: asked, ...sent } = request;
  const packed = {
    request: { ...sent, ...(asked && { body: packer.whole(asked) }) },
    exchanges: exchanges.map(({ body, reply: answer, ...rest }) => ({
      ...rest,
      ...(body !== undefined && { body: packer.whole(body) }),
      reply: packer.pieces(answer),
    })),
    reply: { headers: textsOf(replyHeaders), ...packer.pieces(reply) },
  };
  return { ...packed, bytes: packer.bytes() };
}

/** Lays bodies one after the other. One that is the same as another, since it only passed, is laid once. */
class Packer {
  readonly #origin: number;
  readonly #laid: { readonly bytes: Buffer; readonly start: number }[] = [];
  #size = 0;

  constructor(origin: number) {
    this.#origin = origin;
  }

  whole(body: string | Uint8Array): PackedBody {
    const bytes = bufferOf(body);
    return { start: this.#lay(bytes), length: bytes.length, marks: [], missing: 0 };
  }

  pieces({ pieces, times, missing }: BodyTap): PackedBody {
    const buffers = pieces.map(bufferOf);
    const marks: number[] = [];
    let end = 0;
    for (const [at, { length }] of buffers.entries()) {
      end += length;
      marks.push(end, Math.round(((times[at] ?? this.#origin) - this.#origin) * 100) / 100);
    }
    const [first] = buffers;
    const bytes = buffers.length === 1 && first ? first : Buffer.concat(buffers, end);
    return { start: this.#lay(bytes), length: end, marks, missing };
  }

  #lay(bytes: Buffer): number {
    const same = this.#laid.find(({ bytes: before }) => before.equals(bytes));
    if (same) return same.start;
    const start = this.#size;
    this.#laid.push({ bytes, start });
    this.#size += bytes.length;
    return start;
  }

  /** In memory of its own: what is handed to another thread takes all that lies beside it along. */
  bytes(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.#size);
    for (const { bytes, start } of this.#laid) all.set(bytes, start);
    return all;
  }
}

function bufferOf(piece: string | Uint8Array): Buffer {
  return typeof piece === 'string'
    ? Buffer.from(piece)
    : Buffer.from(piece.buffer, piece.byteOffset, piece.length);
}

function textsOf(headers: Readonly<Record<string, unknown>>): HeaderMap {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}
