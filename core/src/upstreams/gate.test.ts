import { describe, expect, it } from 'vitest';
import { Gate } from './gate.ts';

const never = new AbortController().signal;
const limits = { max: 1, queue: 10, queueMs: 5_000 };

/** Notes who got in, in order. */
function party(gate: Gate): {
  readonly inside: string[];
  readonly ask: (owner: string, name: string) => void;
} {
  const inside: string[] = [];
  return {
    inside,
    ask: (owner, name) => void gate.enter(owner, never).then(() => inside.push(name)),
  };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a gate', () => {
  it('lets so many through, and the next one when one leaves', async () => {
    const gate = new Gate({ ...limits, max: 2 });
    const { inside, ask } = party(gate);
    for (const name of ['1', '2', '3']) ask('k', name);
    await settle();
    expect(inside).toEqual(['1', '2']);
    expect([gate.running, gate.waiting, gate.isFull]).toEqual([2, 1, true]);
    gate.exit();
    await settle();
    expect(inside).toEqual(['1', '2', '3']);
    gate.exit();
    gate.exit();
    expect([gate.running, gate.waiting, gate.isFull]).toEqual([0, 0, false]);
  });

  it('lets the keys take turns, so that one that asks a lot cannot starve the others', async () => {
    const gate = new Gate(limits);
    const { inside, ask } = party(gate);
    ask('greedy', 'g0');
    for (let at = 1; at <= 4; at += 1) ask('greedy', `g${at}`);
    ask('modest', 'm1');
    ask('modest', 'm2');
    for (let at = 0; at < 6; at += 1) {
      await settle();
      gate.exit();
    }
    await settle();
    expect(inside).toEqual(['g0', 'g1', 'm1', 'g2', 'm2', 'g3', 'g4']);
  });

  it('refuses who would wait in too long a queue, or for too long', async () => {
    const gate = new Gate({ max: 1, queue: 1, queueMs: 20 });
    await gate.enter('k', never);
    const waiting = gate.enter('k', never);
    await expect(gate.enter('k', never)).rejects.toMatchObject({ kind: 'overloaded' });
    await expect(waiting).rejects.toMatchObject({ kind: 'overloaded', details: { code: 'upstream_busy' } });
    expect(gate.waiting).toBe(0);
  });

  it('forgets a client that goes away', async () => {
    const gate = new Gate(limits);
    await gate.enter('k', never);
    const client = new AbortController();
    const waiting = gate.enter('k', client.signal);
    client.abort(new DOMException('gone', 'AbortError'));
    await expect(waiting).rejects.toMatchObject({ kind: 'cancelled' });
    gate.exit();
    expect([gate.running, gate.waiting]).toEqual([0, 0]);
  });

  it('without a limit is always open', async () => {
    const gate = new Gate({ queue: 0, queueMs: 1 });
    await Promise.all(Array.from({ length: 100 }, () => gate.enter('k', never)));
    expect(gate.running).toBe(100);
  });
});
