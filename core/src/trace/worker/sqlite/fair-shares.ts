/** What one owner holds. */
export interface Holding {
  readonly owner: string;
  readonly amount: number;
}

/**
 * How much of each owner's holding to remove, so that `surplus` is removed in total. The largest holdings are cut
 * down to a common level; smaller ones are left alone.
 */
export function fairShares(holdings: readonly Holding[], surplus: number): ReadonlyMap<string, number> {
  const fullest = holdings.toSorted((a, b) => b.amount - a.amount);
  // The level to which the largest holdings are cut: an equal share of what remains of them.
  let sum = 0;
  let level = 0;
  for (const [at, { amount }] of fullest.entries()) {
    sum += amount;
    level = Math.max(0, (sum - surplus) / (at + 1));
    if (level >= (fullest[at + 1]?.amount ?? 0)) break;
  }
  const shares = new Map<string, number>();
  let left = surplus;
  for (const { owner, amount } of fullest) {
    const share = Math.min(left, Math.ceil(amount - level));
    if (share <= 0) break;
    shares.set(owner, share);
    left -= share;
  }
  return shares;
}
