import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Amount, toAmount } from './amount.ts';
import type { Counter } from './coordinator.ts';
import { createMemoryCoordinator } from './memory-coordinator.ts';

const LIMIT = 100;
const WINDOW_MS = 1_000;
const ledger = {
  ...{ entries: () => [], note: () => {}, remembers: () => false, unusable: [] },
  close: () => Promise.resolve(),
};

type Step =
  | { readonly does: 'take'; readonly least: number; readonly more: number }
  | { readonly does: 'settle'; readonly which: number; readonly spent: number }
  | { readonly does: 'pass'; readonly ms: number };

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    fc.record({ does: fc.constant('take' as const), least: fc.nat(60), more: fc.nat(60) }),
    fc.record({ does: fc.constant('settle' as const), which: fc.nat(20), spent: fc.nat(200) }),
    fc.record({ does: fc.constant('pass' as const), ms: fc.nat(WINDOW_MS) }),
  ),
  { maxLength: 60 },
);

describe('counting in this process', () => {
  it('is exact over any sequence of takes, settlements and windows that end', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        let time = 0;
        const coordinator = createMemoryCoordinator({ now: () => time, ledger });
        const counterOf = (at: number): Counter => {
          const until = (Math.floor(at / WINDOW_MS) + 1) * WINDOW_MS;
          return { name: `k ${until}`, until };
        };
        const model = new Map<string, number>();
        const used = (counter: Counter): number => model.get(counter.name) ?? 0;
        const held: { readonly counter: Counter; readonly amount: Amount }[] = [];
        for (const step of sequence) {
          const current = counterOf(time);
          if (step.does === 'pass') time += step.ms;
          else if (step.does === 'take') {
            const { least, more } = step;
            const room = LIMIT - used(current);
            const wanted = { least: toAmount(least), most: toAmount(least + more) };
            const taken = await coordinator.take(current, wanted, LIMIT);
            expect(taken.isTaken).toBe(least <= room);
            if (!taken.isTaken) continue;
            expect(taken.amount).toBe(Math.min(least + more, room));
            model.set(current.name, used(current) + taken.amount);
            held.push({ counter: current, amount: taken.amount });
          } else {
            const [one] = held.splice(step.which % Math.max(held.length, 1), 1);
            if (!one) continue;
            const change = step.spent - one.amount;
            if (change < 0) await coordinator.giveBack(one.counter, toAmount(-change));
            else await coordinator.add(current, toAmount(change));
            const counter = change < 0 ? one.counter : current;
            model.set(counter.name, used(counter) + change);
          }
          const now = counterOf(time);
          expect(await coordinator.used(now)).toBe(used(now));
          expect(used(now)).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  it('never goes below 0, and a window that is over keeps nothing', async () => {
    let time = 0;
    const coordinator = createMemoryCoordinator({ now: () => time, ledger });
    const counter = { name: 'k', until: 1_000 };
    await coordinator.giveBack(counter, toAmount(5));
    expect(await coordinator.used(counter)).toBe(0);
    await coordinator.add(counter, toAmount(5));
    time = 1_000;
    expect(await coordinator.used(counter)).toBe(0);
    await coordinator.giveBack(counter, toAmount(5));
    await coordinator.add({ name: 'k', until: 2_000 }, toAmount(3));
    expect(await coordinator.used({ name: 'k', until: 2_000 })).toBe(3);
  });

  it('forgets the counters of windows that are over', async () => {
    let time = 0;
    const noted = new Set<string>();
    const coordinator = createMemoryCoordinator({
      now: () => time,
      ledger: { ...ledger, note: ({ name }) => void noted.add(name) },
    });
    for (let at = 0; at < 5_000; at += 1) {
      time = at * 10;
      await coordinator.add({ name: `k ${at}`, until: time + 5 }, toAmount(1));
    }
    expect(noted.size).toBe(5_000);
    expect(await coordinator.used({ name: 'k 4999', until: time + 5 })).toBe(1);
    expect(await coordinator.used({ name: 'k 0', until: 5 })).toBe(0);
  });
});
