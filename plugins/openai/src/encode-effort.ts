import type { Effort, ReasoningWish } from '@dragoman/core';
import type { EncodeRequestContext } from './encode-context.ts';
import { EFFORTS } from './wire.ts';

export interface EffortInput {
  readonly reasoning: ReasoningWish;
  readonly hasTools: boolean;
  /** Whether the client named the level in this protocol's own words. */
  readonly isNative: boolean;
}

/** The level as it is, or the nearest lower one that the model knows, else its lowest. */
export function encodeEffort(
  { reasoning, hasTools, isNative }: EffortInput,
  { capabilities, drop }: EncodeRequestContext,
): Effort | undefined {
  const effort = reasoning.effort ?? effortOfBudget(reasoning);
  if (effort === undefined) return undefined;
  const levels = capabilities.effortLevels;
  if (hasTools && effort !== 'none' && !capabilities.toolsWithEffort) {
    drop('reasoning', 'The model takes no reasoning effort together with tools.');
    return levels.includes('none') ? 'none' : undefined;
  }
  if (isNative || levels.includes(effort)) return effort;
  const wished = EFFORTS.indexOf(effort);
  const known = EFFORTS.filter((level) => levels.includes(level));
  const chosen = known.findLast((level) => EFFORTS.indexOf(level) < wished) ?? known[0];
  if (effort !== 'none' && chosen !== undefined) return chosen;
  drop('reasoning', 'The model takes no such reasoning effort.');
  return undefined;
}

const BUDGETS = [
  [0, 'none'],
  [1024, 'minimal'],
  [4096, 'low'],
  [12_288, 'medium'],
  [20_480, 'high'],
  [32_768, 'xhigh'],
] as const;

function effortOfBudget({ budgetTokens, off }: ReasoningWish): Effort | undefined {
  if (off) return 'none';
  if (budgetTokens === undefined || budgetTokens < 0) return undefined;
  return BUDGETS.find(([most]) => budgetTokens <= most)?.[1] ?? 'max';
}
