import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { PackedCapture } from '../../packed.ts';
import { orRollBack } from './dialect.ts';

/**
 * Bodies are kept in blocks of several traces: bodies of the same time are similar, and each compression has a cost. A
 * body of this size or more has its own block.
 */
const BLOCK_BYTES = 64 * 1024;
/** A block is named after its first trace; the others are at most this far from it. */
const BLOCK_REACH = 255;

const FAST = { [constants.ZSTD_c_compressionLevel]: 1 };

function compress(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = Buffer.concat(pieces);
  // Given the size, the compressor allocates for a small one.
  return zstdCompressSync(whole, { params: FAST, pledgedSrcSize: whole.length });
}

/** The offset of a trace's bodies in their block, and the lengths of their parts, in bytes. */
export interface BodyPlace {
  readonly start: number;
  /** A `PackedCapture` without its marks and bytes, as JSON. */
  readonly head: number;
  readonly marks: number;
  readonly bytes: number;
}

/** Packs bodies into blocks. */
export class BodyWriter {
  readonly #insertBody: StatementSync;
  readonly #insertBlock: StatementSync;
  #block: number | undefined;
  #pieces: Uint8Array[] = [];
  #size = 0;

  constructor(database: DatabaseSync) {
    this.#insertBody = database.prepare(
      'insert into trace_bodies (seq, block, start, head, marks, bytes) values (?, ?, ?, ?, ?, ?)',
    );
    this.#insertBlock = database.prepare('insert into body_blocks (block, data) values (?, ?)');
  }

  /** Call it in the order of traces. The bodies are visible after `flush`. Returns their size in bytes. */
  add(seq: number, { bytes, marks, ...rest }: PackedCapture): number {
    const head = Buffer.from(JSON.stringify(rest));
    const times = new Uint8Array(marks.buffer, marks.byteOffset, marks.byteLength);
    const size = head.length + times.length + bytes.length;
    if (this.#block !== undefined && (size >= BLOCK_BYTES || seq - this.#block > BLOCK_REACH)) this.flush();
    this.#block ??= seq;
    this.#insertBody.run(seq, this.#block, this.#size, head.length, times.length, bytes.length);
    this.#pieces.push(head, times, bytes);
    this.#size += size;
    if (this.#size >= BLOCK_BYTES) this.flush();
    return size;
  }

  flush(): void {
    if (this.#block === undefined) return;
    this.#insertBlock.run(this.#block, compress(this.#pieces));
    this.discard();
  }

  /** Discards what is not in a block yet. */
  discard(): void {
    this.#block = undefined;
    this.#pieces = [];
    this.#size = 0;
  }
}

/** Reads the bodies of one trace from its block. */
export function readBodies(data: Uint8Array, { start, head, marks, bytes }: BodyPlace): PackedCapture {
  const block = zstdDecompressSync(data);
  const [marksAt, bytesAt] = [start + head, start + head + marks];
  const rest = JSON.parse(block.toString('utf8', start, marksAt)) as Omit<PackedCapture, 'bytes' | 'marks'>;
  return {
    ...rest,
    // Copied for alignment.
    marks: new Uint32Array(new Uint8Array(block.subarray(marksAt, bytesAt)).buffer),
    bytes: new Uint8Array(block.subarray(bytesAt, bytesAt + bytes)),
  };
}

/** Removes deleted bodies from their blocks: until then, their bytes are still there. */
export function closeHoles(database: DatabaseSync): void {
  const holes = database.prepare('select block from body_holes').all();
  if (holes.length === 0) return;
  const close = holeCloser(database);
  orRollBack(database, () => {
    database.exec('begin');
    for (const { block } of holes) close(Number(block));
    database.exec('delete from body_holes');
    database.exec('commit');
  });
}

function holeCloser(database: DatabaseSync): (block: number) => void {
  const findData = database.prepare('select data from body_blocks where block = ?');
  const findLeft = database.prepare(
    `select seq, start, head + marks + bytes as size from trace_bodies
     where seq between ? and ? and block = ? order by seq`,
  );
  const remove = database.prepare('delete from body_blocks where block = ?');
  const update = database.prepare('update body_blocks set data = ? where block = ?');
  const move = database.prepare('update trace_bodies set start = ? where seq = ?');
  return (block) => {
    const left = findLeft.all(block, block + BLOCK_REACH, block) as unknown as readonly Left[];
    if (left.length === 0) {
      remove.run(block);
      return;
    }
    const { data } = findData.get(block) as { readonly data: Uint8Array };
    const whole = zstdDecompressSync(data);
    let size = 0;
    for (const one of left) {
      move.run(size, one.seq);
      size += one.size;
    }
    const kept = left.map(({ start, size: length }) => whole.subarray(start, start + length));
    update.run(compress(kept), block);
  };
}

/** What remains of a block. */
interface Left {
  readonly seq: number;
  readonly start: number;
  readonly size: number;
}
