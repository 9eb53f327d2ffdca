import { describe, expect, it } from 'vitest';
import { RetryBudget } from './retry-budget.ts';

describe('the budget of repeats', () => {
  it('pays for a fifth of the requests, and for a hundred at once', () => {
    const budget = new RetryBudget();
    let paid = 0;
    for (let request = 0; request < 10_000; request += 1) {
      budget.earn();
      for (let repeat = 0; repeat < 3; repeat += 1) if (budget.spend()) paid += 1;
    }
    expect(paid).toBeGreaterThanOrEqual(2_090);
    expect(paid).toBeLessThanOrEqual(2_100);
  });

  it('saves no more than that', () => {
    const budget = new RetryBudget();
    for (let request = 0; request < 10_000; request += 1) budget.earn();
    let paid = 0;
    while (budget.spend()) paid += 1;
    expect(paid).toBe(100);
  });
});
