import { describe, expect, it } from 'vitest';
import { createFairQueue, QueueFullError } from './fair-queue.ts';

const STAYS = new AbortController().signal;

/** A queue whose work ends when the test says so. */
function start({ running = 1, waiting = 3 } = {}) {
  const queue = createFairQueue({ running, waiting });
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const run = (name: string, rank = 1, signal = STAYS): Promise<string> => {
    const done = queue.run({ rank, signal }, async () => {
      begun.push(name);
      await new Promise<void>((resolve) => ends.set(name, resolve));
      return name;
    });
    // Refusals are looked at later.
    done.catch(() => {});
    return done;
  };
  const settle = () => new Promise(setImmediate);
  const end = async (name: string): Promise<void> => {
    ends.get(name)?.();
    await settle();
  };
  return { run, end, begun, settle };
}

describe('a fair queue', () => {
  it('runs so many at a time, the others in order', async () => {
    const { run, end, begun } = start({ running: 2 });
    const all = ['a', 'b', 'c', 'd'].map((name) => run(name));
    expect(begun).toEqual(['a', 'b']);
    await end('b');
    expect(begun).toEqual(['a', 'b', 'c']);
    await end('a');
    await end('c');
    await end('d');
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('runs callers with fewer attempts first', async () => {
    const { run, end, begun } = start();
    void run('first');
    void run('often', 9);
    void run('seldom', 2);
    void run('new', 1);
    for (const name of ['first', 'new', 'seldom', 'often']) await end(name);
    expect(begun).toEqual(['first', 'new', 'seldom', 'often']);
  });

  it('refuses those who have asked most when too many wait', async () => {
    const { run, end, begun } = start({ waiting: 2 });
    void run('first');
    const often = run('often', 9);
    void run('one');
    void run('two');
    await expect(often).rejects.toThrow(QueueFullError);
    await expect(run('three')).rejects.toThrow(QueueFullError);
    for (const name of ['first', 'one', 'two']) await end(name);
    expect(begun).toEqual(['first', 'one', 'two']);
  });

  it('skips callers that went away', async () => {
    const { run, end, begun } = start();
    void run('first');
    const gone = new AbortController();
    const left = run('left', 1, gone.signal);
    void run('next');
    gone.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    await expect(run('late', 1, gone.signal)).rejects.toThrow('gone');
    await end('first');
    expect(begun).toEqual(['first', 'next']);
  });

  it('continues after work that fails', async () => {
    const queue = createFairQueue({ running: 1, waiting: 1 });
    const turn = { rank: 1, signal: STAYS };
    const failed = queue.run(turn, () => Promise.reject(new Error('failed')));
    const next = queue.run(turn, () => Promise.resolve('next'));
    await expect(failed).rejects.toThrow('failed');
    expect(await next).toBe('next');
    expect(await queue.run(turn, () => Promise.resolve('last'))).toBe('last');
  });
});
