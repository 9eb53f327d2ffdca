import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Reply } from '../../../routing/reply.ts';
import { noteReplyIds } from './note-reply-ids.ts';

const EVENT =
  'event: response.created\ndata: {"type":"response.created","response":{"id":"resp_1","tools":[{"id":"t"}]}}\n\n';

interface Input {
  readonly body: Reply['body'];
  readonly pieces?: readonly string[];
  readonly count?: number;
}

async function idsOf({ body, pieces = [], count = 100 }: Input): Promise<readonly string[]> {
  const ids: string[] = [];
  const reply = noteReplyIds({ status: 200, headers: {}, body }, (id, field) => {
    ids.push(`${field} ${id}`);
    return ids.length < count;
  });
  for (const piece of pieces) reply.watcher?.push?.(Buffer.from(piece));
  reply.watcher?.end();
  if (typeof reply.body !== 'string' && !(reply.body instanceof Uint8Array) && !('readable' in reply.body)) {
    for await (const _ of reply.body);
  }
  return ids;
}

async function* stream(text: string): AsyncGenerator<string> {
  yield* text.match(/[^]{1,7}/g) ?? [];
}

const inPieces = (text: string, size: number): readonly string[] =>
  text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];

describe('the ids of a reply', () => {
  it('are reported once each, for every kind of reply', async () => {
    expect(await idsOf({ body: '{"id":"a","choices":[{"id":"b"}]}' })).toEqual(['id a', 'id b']);
    expect(await idsOf({ body: Buffer.from('{ "id" : "a", "é": 1, "file_id": "b" }') })).toEqual([
      ...['id a', 'file_id b'],
    ]);
    expect(await idsOf({ body: stream(EVENT) })).toEqual(['id resp_1', 'id t']);
    for (const size of [1, 5, 50, 1_000]) {
      const pieces = inPieces(EVENT, size);
      expect(await idsOf({ body: Readable.from([]), pieces })).toEqual(['id resp_1', 'id t']);
    }
  });

  it('are fields, not what a text says', async () => {
    const text = JSON.stringify({ text: '{"id":"a"}', other: '"id":"b"', idea: 'c', ids: ['d'], id: 1 });
    expect(await idsOf({ body: text })).toEqual([]);
  });

  it('are found however late, and not looked for any more once there are enough', async () => {
    const filler = Array.from({ length: 100 }, () => 'x'.repeat(1_000));
    const late = [...filler, EVENT, EVENT];
    expect(await idsOf({ body: Readable.from([]), pieces: late, count: 1 })).toEqual(['id resp_1']);
    expect(await idsOf({ body: Readable.from([]), pieces: late, count: 3 })).toEqual([
      ...['id resp_1', 'id t', 'id resp_1'],
    ]);
  });

  it('leaves the judge of a stream its say', () => {
    const body = Readable.from([]);
    const watcher = {
      push: () => {},
      end: () => {
        throw new Error('cut');
      },
    };
    const reply = noteReplyIds({ status: 200, headers: {}, body, watcher }, () => true);
    expect(() => reply.watcher?.end()).toThrow('cut');
  });
});
