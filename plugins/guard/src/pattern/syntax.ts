import type { CharSet } from './char-set.ts';

/** A pattern as a tree. */
export type Syntax =
  | { readonly type: 'set'; readonly set: CharSet }
  /** Holds if the character before or after is in the set, or is not; beyond the text there is none. */
  | { readonly type: 'look'; readonly set: CharSet; readonly isBehind: boolean; readonly isWanted: boolean }
  | { readonly type: 'sequence'; readonly items: readonly Syntax[] }
  | { readonly type: 'choice'; readonly items: readonly Syntax[] }
  | { readonly type: 'repeat'; readonly item: Syntax; readonly least: number; readonly most: number };

export const sequence = (items: readonly Syntax[]): Syntax => ({ type: 'sequence', items });
export const choice = (items: readonly Syntax[]): Syntax => ({ type: 'choice', items });
export const notBehind = (set: CharSet): Syntax => ({ type: 'look', set, isBehind: true, isWanted: false });
export const notAhead = (set: CharSet): Syntax => ({ type: 'look', set, isBehind: false, isWanted: false });

/** `\b`: a word begins or ends here. */
export function wordBoundary(set: CharSet): Syntax {
  const side = (isBehind: boolean, isWanted: boolean): Syntax => ({ type: 'look', set, isBehind, isWanted });
  return choice([
    sequence([side(true, true), side(false, false)]),
    sequence([side(true, false), side(false, true)]),
  ]);
}

/** `\B`: neither begins nor ends a word. */
export function noWordBoundary(set: CharSet): Syntax {
  const side = (isBehind: boolean, isWanted: boolean): Syntax => ({ type: 'look', set, isBehind, isWanted });
  return choice([
    sequence([side(true, true), side(false, true)]),
    sequence([side(true, false), side(false, false)]),
  ]);
}
