import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../canonical/json.ts';
import { type Conversations, createConversations, type Turn } from './conversations.ts';
import type { Records } from './records.ts';

function memory(): Records & { readonly names: () => readonly string[] } {
  const all = new Map<string, JsonObject>();
  return {
    get: (name) => Promise.resolve(all.get(name)),
    put: async (name, record) => void all.set(name, JSON.parse(JSON.stringify(record)) as JsonObject),
    remove: (name) => Promise.resolve(all.delete(name)),
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
  const conversations = createConversations(memory());
  for (let n = 1; n <= length; n += 1) {
    await conversations.keep('key', turn(`t${n}`, n > 1 ? `t${n - 1}` : undefined));
  }
  return conversations;
}

describe('conversations', () => {
  it('tell all that was said up to a turn', async () => {
    const conversations = await chain(3);
    expect(await conversations.history('key', 't2')).toEqual(['t1?', 't1!', 't2?', 't2!']);
    expect(await conversations.find('key', 't3')).toEqual(turn('t3', 't2'));
  });

  it('belong to one key', async () => {
    const conversations = await chain(1);
    await conversations.setLast('key', 'thread', 't1');
    expect(await conversations.find('other', 't1')).toBeUndefined();
    expect(await conversations.history('other', 't1')).toBeUndefined();
    expect(await conversations.remove('other', 't1')).toBe(false);
    expect(await conversations.lastOf('other', 'thread')).toBeUndefined();
    expect(await conversations.lastOf('key', 'thread')).toBe('t1');
  });

  it('are not told in part', async () => {
    const conversations = await chain(3);
    expect(await conversations.remove('key', 't1')).toBe(true);
    expect(await conversations.history('key', 't3')).toBeUndefined();
  });

  it('end, even where turns follow each other in a circle', async () => {
    const conversations = createConversations(memory());
    await conversations.keep('key', turn('a', 'b'));
    await conversations.keep('key', turn('b', 'a'));
    expect(await conversations.history('key', 'a')).toBeUndefined();
  });

  it('never make a name of a file from what a client says', async () => {
    const records = memory();
    const conversations = createConversations(records);
    await conversations.keep('../key', turn('../../etc/passwd'));
    await conversations.setLast('../key', '../thread', 'x');
    expect(records.names().every((name) => /^[0-9a-f]{64}$/.test(name))).toBe(true);
  });
});
