import { describe, expect, it } from 'vitest';
import type { JsonObject } from '@dragoman/plugin';
import { UnreadableFileError } from '../state/files/unreadable.ts';
import { type Conversations, createConversations, saidIn, type Turn } from './conversations.ts';
import type { RecordName } from './record-index.ts';
import type { Records } from './records.ts';

function memory(): Records & { readonly names: () => readonly string[] } {
  const all = new Map<string, JsonObject>();
  const pathOf = ({ owner, name }: RecordName): string => `${owner}/${name}`;
  return {
    get: (id) => Promise.resolve(all.get(pathOf(id))),
    sizeOf: (id) => (all.has(pathOf(id)) ? JSON.stringify(all.get(pathOf(id))).length : undefined),
    put: async (id, record) => void all.set(pathOf(id), JSON.parse(JSON.stringify(record)) as JsonObject),
    remove: (id) => Promise.resolve(all.delete(pathOf(id))),
    names: () => [...all.keys()],
  };
}

function turn(id: string, previousId?: string): Turn {
  return {
    id,
    ...(previousId !== undefined && { previousId }),
    input: [`${id}?`],
    output: [`${id}!`],
    reply: { id },
  };
}

async function chain(length: number): Promise<Conversations> {
  const conversations = createConversations(memory(), 1e6, log);
  for (let n = 1; n <= length; n += 1) {
    await conversations.keep('key', turn(`t${n}`, n > 1 ? `t${n - 1}` : undefined));
  }
  return conversations;
}

const logged: object[] = [];
const log = { error: (fields: object) => void logged.push(fields) };

describe('conversations', () => {
  it('tell all that was said up to a turn', async () => {
    const conversations = await chain(3);
    const turns = await conversations.turnsTo('key', 't2');
    expect(saidIn(turns ?? [])).toEqual(['t1?', 't1!', 't2?', 't2!']);
    expect(await conversations.find('key', 't3')).toEqual(turn('t3', 't2'));
  });

  it('belong to one key', async () => {
    const conversations = await chain(1);
    await conversations.setLast('key', 'thread', 't1');
    expect(await conversations.find('other', 't1')).toBeUndefined();
    expect(await conversations.turnsTo('other', 't1')).toBeUndefined();
    expect(await conversations.remove('other', 't1')).toBe(false);
    expect(await conversations.lastOf('other', 'thread')).toBeUndefined();
    expect(await conversations.lastOf('key', 'thread')).toBe('t1');
  });

  it('are not told in part', async () => {
    const conversations = await chain(3);
    expect(await conversations.remove('key', 't1')).toBe(true);
    expect(await conversations.turnsTo('key', 't3')).toBeUndefined();
  });

  it('end, even where turns follow each other in a circle', async () => {
    const conversations = createConversations(memory(), 1e6, log);
    await conversations.keep('key', turn('a', 'b'));
    await conversations.keep('key', turn('b', 'a'));
    expect(await conversations.turnsTo('key', 'a')).toBeUndefined();
  });

  it('are refused before they are read where they are larger than one request may be', async () => {
    const conversations = createConversations(memory(), 1_000, log);
    for (let n = 1; n <= 3; n += 1) {
      const { input: _, ...rest } = turn(`t${n}`, n > 1 ? `t${n - 1}` : undefined);
      await conversations.keep('key', { ...rest, input: ['x'.repeat(400)] });
    }
    const held: number[] = [];
    expect(await conversations.turnsTo('key', 't2', (bytes) => held.push(bytes))).toHaveLength(2);
    expect(held.every((bytes) => bytes > 400 && bytes < 500)).toBe(true);
    await expect(conversations.turnsTo('key', 't3')).rejects.toMatchObject({
      ...{ kind: 'too-large', details: { code: 'conversation_too_large' } },
    });
    const full = new Error('There is no room.');
    const refuse = (): void => {
      throw full;
    };
    await expect(conversations.turnsTo('key', 't1', refuse)).rejects.toBe(full);
  });

  it('find several turns, as far as they are stored and one request may load them', async () => {
    const conversations = createConversations(memory(), 250, log);
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) await conversations.keep('key', turn(id));
    expect(await conversations.findAll('key', ['b', 'gone', 'a'])).toEqual([turn('b'), turn('a')]);
    expect(await conversations.findAll('other', ['a'])).toEqual([]);
    await expect(conversations.findAll('key', ['a', 'b', 'c', 'd', 'e', 'f'])).rejects.toMatchObject({
      kind: 'too-large',
    });
  });

  it('never make a name of a file from what a client says', async () => {
    const records = memory();
    const conversations = createConversations(records, 1e6, log);
    await conversations.keep('../key', turn('../../etc/passwd'));
    await conversations.setLast('../key', '../thread', 'x');
    expect(records.names().every((name) => /^[0-9a-f]{64}\/[0-9a-f]{64}$/.test(name))).toBe(true);
  });

  it('are an error where what was kept cannot be read, and do not begin with nothing', async () => {
    const records = memory();
    const get = (): never => {
      throw new UnreadableFileError('/data/x.json', [{ path: '', message: 'it is empty' }]);
    };
    const conversations = createConversations({ ...records, get }, 1e6, log);
    for (const use of [conversations.find('key', 'a'), conversations.lastOf('key', 'thread')]) {
      await expect(use).rejects.toMatchObject({ status: 500, details: { code: 'conversation_unreadable' } });
      await expect(use).rejects.not.toThrow('/data');
    }
    expect(logged).toMatchObject([{ file: '/data/x.json' }, { file: '/data/x.json' }]);
  });
});
