import { TimeLimitError, withinTime, type WorkBudget } from '@dragoman/core';

const TIME_LIMIT_MS = 20;
/** The cost of any pattern, as the time limit has its own. */
const COST = 100;
/** The cost of a pattern that had to be stopped, so that few of them use up the budget. */
const STOPPED_COST = 12_000;

/** Whether a text matches a client's pattern, which may be built to run forever. */
export function matchPattern(pattern: string, text: string, budget: WorkBudget): boolean {
  const match = (): boolean => new RegExp(pattern, 'u').test(text);
  if (!budget.spend(COST)) return false;
  try {
    return isQuick(pattern, text) ? match() : withinTime(TIME_LIMIT_MS, match);
  } catch (error) {
    if (error instanceof TimeLimitError) budget.spend(STOPPED_COST);
    return false;
  }
}

/** Without repeated groups, two repetitions take at most the square of the text. */
function isQuick(pattern: string, text: string): boolean {
  const repetitions = pattern.match(/[*+{]/g) ?? [];
  return text.length <= 1_000 && repetitions.length <= 2 && !/\)[*+?{]/.test(pattern);
}
