import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Reply } from '../routing/exchange.ts';
import { noteReplyId } from './note-reply-id.ts';

const EVENT =
  'event: response.created\ndata: {"type":"response.created","response":{"id":"resp_1","tools":[{"id":"t"}]}}\n\n';

async function idsOf(body: Reply['body'], pieces: readonly string[] = []): Promise<readonly string[]> {
  const ids: string[] = [];
  const reply = noteReplyId({ status: 200, headers: {}, body }, (id) => ids.push(id));
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

describe('the id of a reply', () => {
  it('is reported once, for every kind of reply', async () => {
    expect(await idsOf('{"id":"a","choices":[{"id":"b"}]}')).toEqual(['a']);
    expect(await idsOf(Buffer.from('{ "id" : "a" }'))).toEqual(['a']);
    expect(await idsOf(stream(EVENT))).toEqual(['resp_1']);
    for (const size of [1, 5, 1_000]) {
      const pieces = EVENT.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
      expect(await idsOf(Readable.from([]), pieces)).toEqual(['resp_1']);
    }
  });

  it('is not looked for without end', async () => {
    const filler = Array.from({ length: 100 }, () => 'x'.repeat(1_000));
    expect(await idsOf(Readable.from([]), [...filler, EVENT])).toEqual([]);
  });

  it('leaves the judge of a stream its say', () => {
    const body = Readable.from([]);
    const watcher = {
      push: () => {},
      end: () => {
        throw new Error('cut');
      },
    };
    const reply = noteReplyId({ status: 200, headers: {}, body, watcher }, () => {});
    expect(() => reply.watcher?.end()).toThrow('cut');
  });
});
