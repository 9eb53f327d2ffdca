import type { Dice } from '../dice.ts';
import { bytesOf, type Draft, messageOf, type Mutation, type Wire } from '../draft.ts';

function change(name: string, weight: number, make: (draft: Draft, dice: Dice) => Wire): Mutation {
  return {
    name,
    stage: 'wire',
    weight,
    apply: (draft, dice) => ({ ...draft, wire: { ...draft.wire, ...make(draft, dice) } }),
  };
}

/** The message with its head changed as text. */
function edited(draft: Draft, edit: (head: string) => string): Wire {
  const message = messageOf(draft);
  const end = message.indexOf('\r\n\r\n');
  const head = edit(message.toString('latin1', 0, end));
  return { message: Buffer.concat([Buffer.from(head, 'latin1'), message.subarray(end)]) };
}

/** The same body in chunks, some of which are not what they say. */
function chunked(draft: Draft, dice: Dice): Wire {
  const bytes = bytesOf({ ...draft, wire: {} });
  const half = Math.floor(bytes.length / 2);
  const size = (count: number): string => count.toString(16);
  const chunk = (part: Buffer, line = size(part.length)): Buffer =>
    Buffer.concat([Buffer.from(`${line}\r\n`), part, Buffer.from('\r\n')]);
  const [one, two] = [bytes.subarray(0, half), bytes.subarray(half)];
  const body = dice.pick<() => Buffer>([
    () => Buffer.concat([chunk(one), chunk(two), Buffer.from('0\r\n\r\n')]),
    () =>
      Buffer.concat([
        chunk(one, `${size(one.length)};ext="a"`),
        chunk(two),
        Buffer.from('0\r\nx-trailer: 1\r\n\r\n'),
      ]),
    () => Buffer.concat([chunk(one, 'zz'), chunk(two), Buffer.from('0\r\n\r\n')]),
    () => Buffer.concat([chunk(one, 'ffffffffffffffffff'), chunk(two)]),
    () => Buffer.concat([chunk(one, `-${size(one.length)}`), chunk(two), Buffer.from('0\r\n\r\n')]),
    () => Buffer.concat([chunk(bytes, size(bytes.length + 5)), Buffer.from('0\r\n\r\n')]),
  ])();
  const lines = messageOf(draft).toString('latin1').split('\r\n\r\n', 1)[0] ?? '';
  const head = lines.replace(/\r\ncontent-length: \d+/i, '');
  return {
    message: Buffer.concat([Buffer.from(`${head}\r\ntransfer-encoding: chunked\r\n\r\n`, 'latin1'), body]),
  };
}

const HEADS: readonly ((head: string) => string)[] = [
  (head) => head.replace('HTTP/1.1', 'HTTP/1.0'),
  (head) => head.replace('HTTP/1.1', 'HTTP/9.9'),
  (head) => head.replace('HTTP/1.1', ''),
  (head) => `${head}\r\nhost: second.example`,
  (head) => head.replace(/\r\nhost: [^\r]*/, ''),
  (head) => `${head}\r\ncontent-length: 0`,
  (head) => `${head}\r\ncontent-length: 99999999999999999999`,
  (head) => `${head}\r\ntransfer-encoding: chunked`,
  (head) => `${head}\r\ntransfer-encoding: chunked, identity`,
  (head) => `${head}\r\ntransfer-encoding : chunked`,
  (head) => `${head}\r\n folded: yes`,
  (head) => `${head}\r\nno colon`,
  (head) => `${head}\r\nx-null: a\0b`,
  (head) => head.replaceAll('\r\n', '\n'),
  (head) => `${head}\r\nexpect: 100-continue`,
  (head) =>
    `${head}\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: x3JJHMbDL1EzLkh9GBhXDw==`,
  (head) => `${head}\r\nconnection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk`,
  (head) => `\r\n\r\n${head}`,
];

const STRAY = [
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00]),
  Buffer.from('GET\r\n\r\n'),
  Buffer.from('CONNECT 127.0.0.1:1 HTTP/1.1\r\nhost: 127.0.0.1:1\r\n\r\n'),
  Buffer.from('\0\0\0\0\r\n\r\n'),
];

/** Changes of the bytes on the connection, and of when the client leaves. */
export const WIRE_MUTATIONS: readonly Mutation[] = [
  change('an odd head', 4, (draft, dice) => edited(draft, dice.pick(HEADS))),
  change('chunks', 4, chunked),
  change('leaves while it is answered', 4, (_, dice) => ({ leavesAfter: dice.pick([1, 100, 400, 2_000]) })),
  change('leaves while it asks', 2, (draft, dice) => ({
    stopsAfter: dice.below(Math.max(1, messageOf(draft).length)),
  })),
  change('in small pieces', 2, (_, dice) => ({ pieceBytes: dice.pick([1, 7, 100]) })),
  change('two requests at once', 2, (draft) => {
    const message =
      edited(draft, (head) => head.replace(/\r\nconnection: close/, '')).message ?? Buffer.alloc(0);
    return { message: Buffer.concat([message, messageOf(draft)]) };
  }),
  change('no HTTP', 1, (_, dice) => ({ message: dice.pick(STRAY) })),
];
