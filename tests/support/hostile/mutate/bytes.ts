import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import type { Dice } from '../dice.ts';
import { bytesOf, type Draft, type Mutation, withHeader } from '../draft.ts';

/** A mutation of the bytes of a body. */
function spoil(name: string, weight: number, change: (bytes: Buffer, dice: Dice) => Buffer): Mutation {
  return {
    name,
    stage: 'bytes',
    weight,
    apply(draft, dice) {
      const bytes = bytesOf(draft);
      return bytes.length === 0 ? draft : { ...draft, body: { bytes: change(bytes, dice) } };
    },
  };
}

function insert(bytes: Buffer, what: Buffer, at: number): Buffer {
  return Buffer.concat([bytes.subarray(0, at), what, bytes.subarray(at)]);
}

const ODD_BYTES = [
  Buffer.from([0xff]),
  Buffer.from([0xc0, 0x80]),
  Buffer.from([0xed, 0xa0, 0x80]),
  Buffer.from([0x00]),
  Buffer.from('\u2028'),
  Buffer.from([0xef, 0xbb, 0xbf]),
  Buffer.from('\\ud800'),
  Buffer.from('\\u0000'),
  Buffer.from('"'),
  Buffer.from('}'),
  Buffer.from(','),
];

const MIB = 1024 * 1024;

/** Compressed bodies: honest ones, wrong ones, and ones that become large. */
const ENCODINGS: readonly ((bytes: Buffer, dice: Dice) => readonly [encoding: string, bytes: Buffer])[] = [
  (bytes) => ['gzip', gzipSync(bytes)],
  (bytes) => ['br', brotliCompressSync(bytes)],
  (bytes) => ['deflate', deflateSync(bytes)],
  (bytes) => ['zstd', zstdCompressSync(bytes)],
  (bytes) => ['gzip', bytes],
  (bytes) => ['gzip', gzipSync(bytes).subarray(0, 20)],
  (bytes) => ['gzip, gzip', gzipSync(gzipSync(bytes))],
  (bytes) => ['__proto__', bytes],
  (bytes) => ['identity', bytes],
  (_, dice) => ['gzip', gzipSync(Buffer.alloc(dice.pick([1, 8, 40]) * MIB, 0x20))],
  (_, dice) => ['br', brotliCompressSync(Buffer.alloc(dice.pick([1, 8, 40]) * MIB, 0x5b))],
  (bytes) => ['GZIP', gzipSync(bytes)],
];

function compress(draft: Draft, dice: Dice): Draft {
  const bytes = bytesOf(draft);
  if (bytes.length === 0) return draft;
  const [encoding, body] = dice.pick(ENCODINGS)(bytes, dice);
  return withHeader({ ...draft, body: { bytes: body } }, 'content-encoding', encoding);
}

/** Changes of how the body is written. */
export const BYTE_MUTATIONS: readonly Mutation[] = [
  spoil('cut short', 3, (bytes, dice) => bytes.subarray(0, dice.below(bytes.length))),
  spoil('odd bytes', 4, (bytes, dice) => insert(bytes, dice.pick(ODD_BYTES), dice.below(bytes.length))),
  spoil('a byte order mark', 1, (bytes) => insert(bytes, Buffer.from([0xef, 0xbb, 0xbf]), 0)),
  spoil('UTF-16', 1, (bytes) => Buffer.from(bytes.toString(), 'utf16le')),
  spoil('one bit', 4, (bytes, dice) => {
    const copy = Buffer.from(bytes);
    const at = dice.below(copy.length);
    copy[at] = (copy[at] ?? 0) ^ (1 << dice.below(8));
    return copy;
  }),
  spoil('twice', 1, (bytes) => Buffer.concat([bytes, bytes])),
  spoil('a part again', 2, (bytes, dice) => {
    const from = dice.below(bytes.length);
    return insert(bytes, bytes.subarray(from, from + dice.between(1, 40)), dice.below(bytes.length));
  }),
  spoil('much white space', 1, (bytes, dice) => insert(bytes, Buffer.alloc(200_000, 0x20), dice.below(2))),
  spoil('fields written twice', 2, (bytes) =>
    Buffer.concat([Buffer.from('{"model":"echo","messages":[],'), bytes.subarray(1)]),
  ),
  spoil('garbage', 1, (_, dice) => Buffer.from(dice.list(dice.between(1, 300), () => dice.below(256)))),
  spoil('nothing', 1, () => Buffer.alloc(0)),
  { name: 'compressed', stage: 'bytes', weight: 2, apply: compress },
];
