import { describe, expect, it } from 'vitest';
import { budgetOf, clampEffort, EFFORT_LEVELS, effortOf } from './effort.ts';

describe('effort', () => {
  it.each([
    [{}, undefined],
    [{ effort: 'low' as const, budgetTokens: 99_999 }, 'low'],
    [{ off: true }, 'none'],
    [{ budgetTokens: -1 }, undefined],
    [{ budgetTokens: 0 }, 'none'],
    [{ budgetTokens: 1024 }, 'minimal'],
    [{ budgetTokens: 5000 }, 'medium'],
    [{ budgetTokens: 40_000 }, 'max'],
  ])('of %j is %s', (wish, expected) => expect(effortOf(wish)).toBe(expected));

  it('comes back from the budget that stands for it', () => {
    for (const effort of EFFORT_LEVELS) expect(effortOf({ budgetTokens: budgetOf(effort) })).toBe(effort);
  });

  it.each([
    ['high', ['low', 'medium', 'high'], 'high'],
    ['max', ['low', 'medium', 'high'], 'high'],
    ['minimal', ['low', 'medium'], 'low'],
    ['medium', ['low', 'high'], 'low'],
    ['low', [], undefined],
  ] as const)('%s among %j is %s', (effort, levels, expected) => {
    expect(clampEffort(effort, levels)).toBe(expected);
  });
});
