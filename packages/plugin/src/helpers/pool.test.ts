import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../canonical/errors.ts';
import type { Caller } from '../plugin/call-context.ts';
import { createPool, type PoolOptions } from './pool.ts';

const NO_LOG = { debug() {}, info() {}, warn() {}, error() {} };

function open(members: readonly string[], options: Partial<PoolOptions> = {}) {
  const clock = { at: 1_000, now: () => clock.at };
  const pool = createPool(members, { clock, log: NO_LOG }, { restMs: 100, ...options });
  return { pool, clock };
}

function call(caller: Caller = {}) {
  const controller = new AbortController();
  return { caller, signal: controller.signal, leave: () => controller.abort() };
}

async function* sayName(member: string): AsyncGenerator<string> {
  yield member;
}

async function readAll<T>(values: AsyncIterable<T>): Promise<T[]> {
  const read: T[] = [];
  for await (const value of values) read.push(value);
  return read;
}

/** Work that runs until it is told to end. */
function openWork() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return {
    end: resolve,
    async *work(member: string): AsyncGenerator<string> {
      yield member;
      await promise;
    },
  };
}

const fail = (kind: 'rate-limit' | 'invalid' | 'upstream-broken', retryAfterMs?: number) =>
  new GatewayError(kind, 'No.', retryAfterMs === undefined ? {} : { retryAfterMs });

describe('createPool', () => {
  it('needs a member', () => {
    expect(() => open([])).toThrow('at least one member');
  });

  it('takes each member in turn', async () => {
    const { pool } = open(['a', 'b', 'c'], { pick: 'round-robin' });
    const names = [];
    for (let turn = 0; turn < 6; turn += 1) names.push(...(await readAll(pool.run(call(), sayName))));
    expect(names).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
  });

  it('takes the member with the fewest calls', async () => {
    const { pool } = open(['a', 'b']);
    const long = openWork();
    const first = pool.run(call(), (member) => long.work(member))[Symbol.asyncIterator]();
    expect((await first.next()).value).toBe('a');
    for (let turn = 0; turn < 3; turn += 1) expect(await readAll(pool.run(call(), sayName))).toEqual(['b']);
    long.end();
    await first.next();
    expect(await readAll(pool.run(call(), sayName))).toEqual(['a']);
  });

  it('keeps a conversation at one member, and moves it only while that one rests', async () => {
    const { pool, clock } = open(['a', 'b', 'c', 'd'], { pick: 'sticky', tries: 1 });
    const mine = call({ key: 'key_1', thread: 't' });
    const [home] = await readAll(pool.run(mine, sayName));
    for (let turn = 0; turn < 5; turn += 1) expect(await readAll(pool.run(mine, sayName))).toEqual([home]);
    await expect(
      readAll(
        pool.run(mine, async function* () {
          yield* [];
          throw fail('upstream-broken');
        }),
      ),
    ).rejects.toThrow('No.');
    const [second] = await readAll(pool.run(mine, sayName));
    expect(second).not.toBe(home);
    clock.at += 100;
    expect(await readAll(pool.run(mine, sayName))).toEqual([home]);
  });

  it('spreads conversations, and those of two keys with the same name', async () => {
    const { pool } = open(['a', 'b', 'c', 'd'], { pick: 'sticky' });
    const homeOf = async (caller: Caller) => (await readAll(pool.run(call(caller), sayName)))[0];
    const homes = await Promise.all(
      Array.from({ length: 40 }, (_, at) => homeOf({ key: 'k', thread: `t${at}` })),
    );
    expect(new Set(homes).size).toBe(4);
    const byKey = await Promise.all(
      Array.from({ length: 40 }, (_, at) => homeOf({ key: `k${at}`, user: 'same' })),
    );
    expect(new Set(byKey).size).toBe(4);
  });

  it('takes another member if one fails before it answers, and lets that one rest', async () => {
    const { pool, clock } = open(['a', 'b'], { pick: 'round-robin' });
    const work = async function* (member: string): AsyncGenerator<string> {
      if (member === 'a') throw fail('rate-limit', 500);
      yield member;
    };
    for (let turn = 0; turn < 3; turn += 1) expect(await readAll(pool.run(call(), work))).toEqual(['b']);
    clock.at += 499;
    expect(await readAll(pool.run(call(), sayName))).toEqual(['b']);
    clock.at += 1;
    expect(await readAll(pool.run(call(), sayName))).toEqual(['a']);
  });

  it('treats an error of any other kind like a broken member', async () => {
    const { pool } = open(['a', 'b'], { pick: 'round-robin' });
    const work = async function* (member: string): AsyncGenerator<string> {
      if (member === 'a') throw new TypeError('oops');
      yield member;
    };
    expect(await readAll(pool.run(call(), work))).toEqual(['b']);
  });

  it('does not blame a member for the request', async () => {
    const { pool } = open(['a', 'b'], { pick: 'round-robin' });
    const tried: string[] = [];
    const work = async function* (member: string): AsyncGenerator<string> {
      yield* [];
      tried.push(member);
      throw fail('invalid');
    };
    await expect(readAll(pool.run(call(), work))).rejects.toMatchObject({ kind: 'invalid' });
    expect(tried).toEqual(['a']);
    expect(await readAll(pool.run(call(), sayName))).toEqual(['b']);
    expect(await readAll(pool.run(call(), sayName))).toEqual(['a']);
  });

  it('does not try again once a member has begun to answer', async () => {
    const { pool } = open(['a', 'b'], { pick: 'round-robin' });
    const seen: string[] = [];
    const work = async function* (member: string): AsyncGenerator<string> {
      yield member;
      throw fail('upstream-broken');
    };
    const reading = (async () => {
      for await (const name of pool.run(call(), work)) seen.push(name);
    })();
    await expect(reading).rejects.toMatchObject({ kind: 'upstream-broken' });
    expect(seen).toEqual(['a']);
  });

  it('does not let a member rest because a client left', async () => {
    const { pool } = open(['a'], { pick: 'round-robin' });
    const leaving = call();
    const work = async function* (): AsyncGenerator<string> {
      yield* [];
      leaving.leave();
      throw fail('upstream-broken');
    };
    await expect(readAll(pool.run(leaving, work))).rejects.toThrow('No.');
    expect(await readAll(pool.run(call(), sayName))).toEqual(['a']);
  });

  it('says how long to wait when all members rest', async () => {
    const { pool, clock } = open(['a', 'b'], { tries: 5 });
    const work = async function* (member: string): AsyncGenerator<string> {
      yield* [];
      throw fail('rate-limit', member === 'a' ? 300 : 200);
    };
    await expect(readAll(pool.run(call(), work))).rejects.toMatchObject({ kind: 'rate-limit' });
    clock.at += 50;
    await expect(readAll(pool.run(call(), sayName))).rejects.toMatchObject({
      kind: 'overloaded',
      details: { retryAfterMs: 150 },
    });
  });

  it('does not prolong a rest when the clock is set back', async () => {
    const { pool, clock } = open(['a']);
    const work = async function* (): AsyncGenerator<string> {
      yield* [];
      throw fail('upstream-broken');
    };
    await expect(readAll(pool.run(call(), work))).rejects.toThrow('No.');
    clock.at = 0;
    expect(await readAll(pool.run(call(), sayName))).toEqual(['a']);
  });

  it('lets calls wait for a member that serves only so many at once', async () => {
    const { pool } = open(['a'], { perMember: 1 });
    const long = openWork();
    const first = pool.run(call(), (member) => long.work(member))[Symbol.asyncIterator]();
    await first.next();
    const leaving = call();
    const left = readAll(pool.run(leaving, sayName));
    const second = readAll(pool.run(call(), sayName));
    leaving.leave();
    await expect(left).rejects.toMatchObject({ kind: 'cancelled' });
    await first.return?.(undefined);
    expect(await second).toEqual(['a']);
  });

  it('tells all who wait when the last member fails', async () => {
    const { pool } = open(['a'], { perMember: 1 });
    const { promise, reject } = Promise.withResolvers<void>();
    const first = readAll(
      pool.run(call(), async function* () {
        yield* [];
        await promise;
      }),
    );
    const waiting = [readAll(pool.run(call(), sayName)), readAll(pool.run(call(), sayName))];
    reject(fail('upstream-broken'));
    await expect(first).rejects.toMatchObject({ kind: 'upstream-broken' });
    for (const one of waiting) await expect(one).rejects.toMatchObject({ kind: 'overloaded' });
  });

  it('never gives a member more calls than it serves, and leaves none out', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          members: fc.integer({ min: 1, max: 4 }),
          perMember: fc.integer({ min: 1, max: 3 }),
          calls: fc.integer({ min: 1, max: 20 }),
          pick: fc.constantFrom('least-busy' as const, 'round-robin' as const, 'sticky' as const),
        }),
        async ({ members, perMember, calls, pick }) => {
          const names = Array.from({ length: members }, (_, at) => `m${at}`);
          const { pool } = open(names, { pick, perMember });
          const running = new Map<string, number>();
          let most = 0;
          const work = async function* (member: string): AsyncGenerator<string> {
            const now = (running.get(member) ?? 0) + 1;
            running.set(member, now);
            most = Math.max(most, now);
            await new Promise((resolve) => setImmediate(resolve));
            yield member;
            running.set(member, (running.get(member) ?? 0) - 1);
          };
          const all = Array.from({ length: calls }, (_, at) =>
            readAll(pool.run(call({ thread: `t${at % 3}` }), work)),
          );
          expect((await Promise.all(all)).flat()).toHaveLength(calls);
          expect(most).toBeLessThanOrEqual(perMember);
        },
      ),
    );
  });
});
