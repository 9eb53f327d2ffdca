import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Limits } from '@dragoman/plugin/internal/canonical/limits';
import { openLedger } from './ledger.ts';
import { toAmount, toMicros } from './amount.ts';
import { createLimiter, type Demand, type Limiter, type Spent, type Subject } from './limiter.ts';
import { createMemoryCoordinator } from './memory-coordinator.ts';

let folder: string;
let time: number;
const logged: object[] = [];
const log = { error: (fields: object) => void logged.push(fields) };
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dragoman-limits-'));
  // The last second of a minute in the middle of a month.
  time = Date.parse('2026-11-21T11:59:59Z');
  logged.length = 0;
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const now = (): number => time;

async function open(): Promise<Limiter> {
  return createLimiter(createMemoryCoordinator({ now, ledger: await openLedger({ folder, log, now }) }), now);
}

const of = (limits: Limits, id = 'k'): Subject => ({ kind: 'key', id, limits });
const wants =
  (input: number, cost = 0, output = 0) =>
  (): Demand => ({
    input: toAmount(input),
    output: toAmount(output),
    cost: toMicros(cost),
    mostCost: toMicros(cost),
  });
const spent = (tokens: number, cost = 0, isLeast = false): Spent => ({
  ...{ tokens: toAmount(tokens), cost: toMicros(cost), isLeast },
});

describe('limits', () => {
  it('admit exactly as many as they say, however many ask at once', async () => {
    const limiter = await open();
    const subject = of({ requestsPerMinute: 100 });
    const asked = Array.from({ length: 1000 }, () => limiter.admit([subject], wants(0)));
    const outcomes = await Promise.allSettled(asked);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(100);
    expect(await limiter.uses(subject)).toMatchObject([{ used: 100 }]);
  });

  it('hold money back until it is known what a request costs', async () => {
    const limiter = await open();
    const subject = of({ costTotal: 1 });
    const asked = Array.from({ length: 100 }, () => limiter.admit([subject], wants(0, 0.1)));
    const outcomes = await Promise.allSettled(asked);
    const permits = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    expect(permits).toHaveLength(10);
    await Promise.all(permits.map((permit) => permit.end(spent(0, 0.05))));
    expect(await limiter.uses(subject)).toEqual([{ name: 'costTotal', limit: 1, used: 0.5 }]);
  });

  it('begin anew with the minute, the day and the month', async () => {
    const limiter = await open();
    const subject = of({ requestsPerMinute: 1, tokensPerDay: 10, costPerMonth: 1 });
    const permit = await limiter.admit([subject], wants(10, 1));
    await permit.end(spent(10, 1));
    const used = async () => (await limiter.uses(subject)).map((use) => use.used);
    expect(await used()).toEqual([1, 10, 1]);
    time += 1_000;
    expect(await used()).toEqual([0, 10, 1]);
    time = Date.parse('2026-11-22T00:00:00Z');
    expect(await used()).toEqual([0, 0, 1]);
    time = Date.parse('2026-12-01T00:00:00Z');
    expect(await used()).toEqual([0, 0, 0]);
  });

  it('name the limit and the time to wait', async () => {
    const limiter = await open();
    const subject = of({ requestsPerMinute: 0 });
    await expect(limiter.admit([subject], wants(1))).rejects.toMatchObject({
      kind: 'rate-limit',
      message: 'This key has reached its limit of 0 requests per minute.',
      details: { code: 'rate_limit_exceeded', retryAfterMs: 1_000 },
    });
    const one = of({ requestsPerMinute: 1 }, 'one');
    await limiter.admit([one], wants(1));
    await expect(limiter.admit([one], wants(1))).rejects.toThrow('its limit of 1 request per minute.');
    const broke = of({ costTotal: 0 });
    await expect(limiter.admit([broke], wants(1))).rejects.toMatchObject({
      details: { code: 'budget_exceeded' },
    });
  });

  it('take nothing of the others when one refuses', async () => {
    const limiter = await open();
    const [roomy, full] = [
      of({ requestsPerMinute: 5, concurrentRequests: 5 }),
      of({ tokensPerMinute: 3 }, 'full'),
    ];
    await expect(limiter.admit([roomy, full], wants(4))).rejects.toThrow('3 tokens per minute');
    expect((await limiter.uses(roomy)).map(({ used }) => used)).toEqual([0, 0]);
  });

  it('give back what a request that failed was about to take, once', async () => {
    const limiter = await open();
    const subject = of({ requestsPerMinute: 5, concurrentRequests: 5, tokensPerMinute: 100, costTotal: 1 });
    const permit = await limiter.admit([subject], wants(50, 0.5));
    await permit.end(undefined);
    await permit.end(undefined);
    expect((await limiter.uses(subject)).map(({ used }) => used)).toEqual([1, 0, 0, 0]);
  });

  it('hold back what an answer may take, but no more than a quarter of the limit or what is left', async () => {
    const limiter = await open();
    const subject = of({ tokensPerDay: 100 });
    const used = async () => (await limiter.uses(subject))[0]?.used;
    const first = await limiter.admit([subject], wants(10, 0, 20));
    expect(await used()).toBe(30);
    await limiter.admit([subject], wants(10, 0, 1_000_000));
    expect(await used()).toBe(65);
    await limiter.admit([subject], wants(30, 0, 1_000_000));
    expect(await used()).toBe(100);
    await expect(limiter.admit([subject], wants(1))).rejects.toThrow('100 tokens per day');
    await first.end(spent(12));
    expect(await used()).toBe(82);
  });

  it('take at least what was held back of a reply whose end was not seen', async () => {
    const limiter = await open();
    const subject = of({ tokensPerDay: 1_000, costTotal: 10 });
    const used = async () => (await limiter.uses(subject)).map((use) => use.used);
    const short = await limiter.admit([subject], wants(10, 1, 50));
    await short.end(spent(12, 0.5, true));
    expect(await used()).toEqual([60, 1]);
    const long = await limiter.admit([subject], wants(10, 1, 50));
    await long.end(spent(500, 3, true));
    expect(await used()).toEqual([560, 4]);
  });

  it('count what a long reply took beyond its estimate in the window in which it ends', async () => {
    const limiter = await open();
    const subject = of({ tokensPerMinute: 100 });
    const [longer, shorter] = await Promise.all([
      limiter.admit([subject], wants(10)),
      limiter.admit([subject], wants(10)),
    ]);
    time += 60_000;
    await shorter.end(spent(1));
    await longer.end(spent(40));
    expect(await limiter.uses(subject)).toMatchObject([{ used: 30 }]);
  });

  it('tell what is left of the tightest', async () => {
    const limiter = await open();
    const subjects = [of({ requestsPerMinute: 10 }), of({ requestsPerMinute: 3 }, 'other')];
    const { requests, tokens } = await limiter.admit(subjects, wants(1));
    expect(requests).toEqual({ limit: 3, remaining: 2, resetMs: 1_000 });
    expect(tokens).toBeUndefined();
  });
});

describe('what was used', () => {
  const subject = of({ tokensPerMinute: 100, tokensPerDay: 100, costTotal: 5 });

  it('outlives a restart, but for what is over in a minute', async () => {
    const before = await open();
    const permit = await before.admit([subject], wants(30, 1));
    await permit.end(spent(40, 2));
    await before.close();
    const after = await open();
    expect((await after.uses(subject)).map(({ used }) => used)).toEqual([0, 40, 2]);
    time += 86_400_000;
    const later = await open();
    expect((await later.uses(subject)).map(({ used }) => used)).toEqual([0, 0, 2]);
  });

  it('is whole and not below 0 where an earlier version wrote something else', async () => {
    const entries = [
      { name: 'key k costTotal', used: -1 },
      { name: 'key k concurrentRequests', used: 3 },
      { name: 'key k tokensPerDay 1795651200000', used: 4.5, until: Date.parse('2026-11-26T00:00:00Z') },
    ];
    await writeFile(join(folder, 'limits.json'), JSON.stringify(entries));
    const limiter = await open();
    const all = of({ costTotal: 5, concurrentRequests: 5 });
    // What ran when the process was killed runs no more.
    expect((await limiter.uses(all)).map(({ used }) => used)).toEqual([0, 0]);
    const permit = await limiter.admit([all], wants(1));
    await permit.end(undefined);
    await limiter.close();
    const after = JSON.parse(await readFile(join(folder, 'limits.json'), 'utf8')) as { used: number }[];
    expect(after.map(({ used }) => used)).toEqual([0, 5]);
  });

  it.each([
    ['is cut', '[{', 'it is not valid JSON'],
    ['holds something else', '{}', 'expected a list'],
  ])('is refused when its file %s, which is left alone', async (_, text, message) => {
    await writeFile(join(folder, 'limits.json'), text);
    await expect(open()).rejects.toThrow(message);
    expect(await readFile(join(folder, 'limits.json'), 'utf8')).toBe(text);
  });

  it('keeps rows and fields that it does not understand', async () => {
    const [odd, known] = [{ name: 5 }, { name: 'key k costTotal', used: 7, currency: 'EUR' }];
    await writeFile(join(folder, 'limits.json'), JSON.stringify([odd, known]));
    const limiter = await open();
    await (await limiter.admit([of({ costTotal: 5 })], wants(0, 1))).end(spent(0, 1));
    await limiter.close();
    expect(JSON.parse(await readFile(join(folder, 'limits.json'), 'utf8'))).toEqual([
      { ...known, used: 1_000_007 },
      odd,
    ]);
    expect(logged).toHaveLength(1);
  });
});

describe('a clock that jumps ahead and back', () => {
  const DAY = 24 * 60 * 60_000;
  const subject = of({ costPerMonth: 5, tokensPerDay: 100, costTotal: 9 });
  let elapsed = 0;
  beforeEach(() => (elapsed = 0));
  const openOn = async (): Promise<Limiter> => {
    const ledger = await openLedger({ folder, log, now, steady: () => elapsed });
    return createLimiter(createMemoryCoordinator({ now, ledger }), now);
  };
  const use = async (limiter: Limiter): Promise<void> =>
    (await limiter.admit([subject], wants(10, 2))).end(spent(10, 2));
  const used = async (limiter: Limiter): Promise<readonly number[]> =>
    (await limiter.uses(subject)).map((each) => each.used);

  it.each([12, 60, 10_000])('by %d days loses no window, not even over a restart', async (days) => {
    const limiter = await openOn();
    await use(limiter);
    time += days * DAY;
    elapsed += 36_000;
    await use(limiter);
    // So many counters that those of windows that are over are looked through.
    for (let at = 0; at < 1_100; at += 1)
      await (await limiter.admit([of({ requestsPerMinute: 1 }, `k${at}`)], wants(0))).end(undefined);
    time -= days * DAY;
    expect(await used(limiter)).toEqual([10, 2, 4]);
    await limiter.close();
    expect(await used(await openOn())).toEqual([10, 2, 4]);
  });

  it('settles what a request of before has reserved', async () => {
    const limiter = await openOn();
    const permit = await limiter.admit([subject], wants(10, 3));
    time += 60 * DAY;
    await permit.end(spent(4, 1));
    time -= 60 * DAY;
    expect(await used(limiter)).toEqual([4, 1, 1]);
  });
});
