import type { Effort, ReasoningPreference } from '../canonical/chat.ts';

/** In ascending order. */
export const EFFORT_LEVELS: readonly Effort[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

/** The largest budget of each level. */
const LARGEST_BUDGET = [
  [0, 'none'],
  [1024, 'minimal'],
  [4096, 'low'],
  [12_288, 'medium'],
  [20_480, 'high'],
  [32_768, 'xhigh'],
] as const;

const BUDGETS: Readonly<Record<Effort, number>> = {
  none: 0,
  minimal: 1024,
  low: 2048,
  medium: 8192,
  high: 16_384,
  xhigh: 24_576,
  max: 128_000,
};

/** The effort that a client requested, by name or budget; `undefined` leaves it to the model. */
export function effortOf({ effort, budgetTokens, off }: ReasoningPreference): Effort | undefined {
  if (effort !== undefined) return effort;
  if (off) return 'none';
  if (budgetTokens === undefined || budgetTokens < 0) return undefined;
  return LARGEST_BUDGET.find(([most]) => budgetTokens <= most)?.[1] ?? 'max';
}

/** The budget of a level, in tokens; that of `max` exceeds every model and has to be capped. */
export function budgetOf(effort: Effort): number {
  return BUDGETS[effort];
}

/** The level itself if the model has it, else the nearest lower one, else its lowest. */
export function clampEffort(effort: Effort, levels: readonly Effort[]): Effort | undefined {
  const known = EFFORT_LEVELS.filter((level) => levels.includes(level));
  const requested = EFFORT_LEVELS.indexOf(effort);
  return known.findLast((level) => EFFORT_LEVELS.indexOf(level) <= requested) ?? known[0];
}
