import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { candidate, idsOf, seeded } from '../../../tests/support/candidates.ts';
import type { PolicyName } from '../config/routing.ts';
import type { Candidate } from '../catalogue/candidate.ts';
import { orderBy, type PolicyContext } from './policies.ts';

const five = ['a', 'b', 'c', 'd', 'e'].map((id) => candidate(id));

function context(own: Partial<PolicyContext> = {}): PolicyContext {
  return { now: 0, turn: 0, random: () => 0.5, affinity: () => undefined, priceOf: () => undefined, ...own };
}

/** How often each one comes first. */
function firsts(
  policy: PolicyName,
  candidates: readonly Candidate[],
  rounds: number,
): Record<string, number> {
  const random = seeded(7);
  const counts: Record<string, number> = {};
  for (let turn = 0; turn < rounds; turn += 1) {
    const [first = ''] = idsOf(orderBy(policy, candidates, context({ turn, random })));
    counts[first] = (counts[first] ?? 0) + 1;
  }
  return counts;
}

describe('every policy', () => {
  const policies = ['order', 'weighted', 'round-robin', 'random', 'least-busy', 'lowest-latency'] as const;
  it.each([...policies, 'lowest-cost', 'main', 'affinity'] as const)(
    '%s gives each candidate once',
    (policy) => {
      const property = fc.property(fc.nat(100), fc.integer(), fc.string(), (turn, seed, key) => {
        const ordered = orderBy(policy, five, context({ turn, random: seeded(seed), affinity: () => key }));
        expect(idsOf(ordered).toSorted()).toEqual(['a', 'b', 'c', 'd', 'e']);
      });
      fc.assert(property, { numRuns: 50 });
    },
  );

  it.each(['round-robin', 'random', 'weighted', 'affinity'] as const)(
    '%s puts higher priorities first',
    (policy) => {
      const tiers = [
        candidate('low'),
        candidate('high1', { priority: 2 }),
        candidate('high2', { priority: 2 }),
      ];
      for (let turn = 0; turn < 10; turn += 1) {
        const ids = idsOf(orderBy(policy, tiers, context({ turn, affinity: () => `k${turn}` })));
        expect(ids.at(-1)).toBe('low');
      }
    },
  );
});

describe('the policy', () => {
  it('order keeps to the order that is written', () => {
    expect(idsOf(orderBy('order', five, context({ turn: 3 })))).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('round-robin shares exactly', () => {
    expect(firsts('round-robin', five, 1000)).toEqual({ a: 200, b: 200, c: 200, d: 200, e: 200 });
  });

  it('random shares about', () => {
    for (const count of Object.values(firsts('random', five, 10_000)))
      expect(Math.abs(count - 2000)).toBeLessThan(160);
  });

  it('weighted shares by weight, and asks weight 0 last', () => {
    const weighted = [candidate('w1'), candidate('w3', { weight: 3 }), candidate('w0', { weight: 0 })];
    const { w1 = 0, w3 = 0, w0 = 0 } = firsts('weighted', weighted, 10_000);
    expect(Math.abs(w3 - 7500)).toBeLessThan(175);
    expect([w1 + w3, w0]).toEqual([10_000, 0]);
  });

  it('least-busy asks whoever has least to do for its weight', () => {
    const [idle, busy, strong] = [candidate('idle'), candidate('busy'), candidate('strong', { weight: 10 })];
    idle.health.running = 1;
    busy.health.running = 4;
    strong.health.running = 5;
    expect(idsOf(orderBy('least-busy', [busy, idle, strong], context()))).toEqual(['strong', 'idle', 'busy']);
  });

  it('lowest-latency asks whoever is not known yet, then the quickest', () => {
    const [slow, quick, fresh] = [candidate('slow'), candidate('quick'), candidate('fresh')];
    slow.health.succeeded(900);
    quick.health.succeeded(100);
    expect(idsOf(orderBy('lowest-latency', [slow, quick, fresh], context()))).toEqual([
      'fresh',
      'quick',
      'slow',
    ]);
    for (let at = 0; at < 30; at += 1) quick.health.succeeded(2_000);
    expect(idsOf(orderBy('lowest-latency', [slow, quick], context()))).toEqual(['slow', 'quick']);
  });

  it('lowest-cost asks the cheapest, and last whose price nobody knows', () => {
    const prices: Record<string, number> = { a: 3, c: 1 };
    const priceOf = ({ upstream }: Candidate) => prices[upstream.config.id];
    expect(idsOf(orderBy('lowest-cost', five.slice(0, 3), context({ priceOf })))).toEqual(['c', 'a', 'b']);
  });

  it('main stays with who serves until that fails', () => {
    const [first, second] = [candidate('first'), candidate('second')];
    const order = () => idsOf(orderBy('main', [first, second], context()));
    expect(order()).toEqual(['first', 'second']);
    second.health.succeeded(1);
    expect(order()).toEqual(['second', 'first']);
  });
});

describe('affinity', () => {
  const sessions = Array.from({ length: 10_000 }, (_, at) => `session ${at}`);
  const homes = (candidates: readonly Candidate[]): readonly string[] =>
    sessions.map((key) => idsOf(orderBy('affinity', candidates, context({ affinity: () => key })))[0] ?? '');
  const moved = (before: readonly string[], after: readonly string[]): number =>
    before.filter((home, at) => home !== after[at]).length;

  it('keeps a session where it is', () => {
    expect(homes(five)).toEqual(homes(five.toReversed()));
  });

  it('spreads sessions, by weight', () => {
    const heavy = [...five.slice(0, 4), candidate('e', { weight: 4 })];
    const share = homes(heavy).filter((home) => home === 'e').length;
    expect(Math.abs(share - 5_000)).toBeLessThan(200);
    const even = homes(five).filter((home) => home === 'a').length;
    expect(Math.abs(even - 2_000)).toBeLessThan(160);
  });

  it('moves no more than it must when one comes', () => {
    const before = homes(five);
    const after = homes([...five, candidate('f')]);
    expect(moved(before, after) / sessions.length).toBeLessThan(1 / 6 + 0.02);
    for (const [at, home] of after.entries()) if (home !== before[at]) expect(home).toBe('f');
  });

  it('moves only the sessions of the one that goes', () => {
    const before = homes(five);
    const after = homes(five.slice(1));
    expect(moved(before, after)).toBe(before.filter((home) => home === 'a').length);
  });

  it('takes turns where a request belongs to nothing', () => {
    expect(firsts('affinity', five, 100)).toEqual({ a: 20, b: 20, c: 20, d: 20, e: 20 });
  });
});
