/** Something of which an owner has some. */
export interface Holding {
  readonly owner: string;
  readonly amount: number;
}

/**
 * What has to go from whom, so that `surplus` goes in all: the fullest give until they have no more than the others.
 * Nobody gives while another one has more.
 */
export function fairShares(holdings: readonly Holding[], surplus: number): ReadonlyMap<string, number> {
  const fullest = holdings.toSorted((a, b) => b.amount - a.amount);
  // The level down to which the first `givers` give: all that they have together, but for the surplus, in equal parts.
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
