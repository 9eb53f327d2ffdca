import { clampEffort, type Effort, effortOf, type ReasoningPreference } from '@dragoman/plugin';
import type { EncodeRequestContext } from './encode-request-context.ts';

export interface EffortInput {
  readonly reasoning: ReasoningPreference;
  readonly hasTools: boolean;
  /** Whether the client named the level in this protocol's own words. */
  readonly isNative: boolean;
}

/** The level as it is, or the nearest lower one that the model knows, else its lowest. */
export function encodeEffort(
  { reasoning, hasTools, isNative }: EffortInput,
  { capabilities, drop }: EncodeRequestContext,
): Effort | undefined {
  if (reasoning.betweenTools) drop('reasoning', 'The upstream cannot think between tool calls only.');
  const effort = effortOf(reasoning);
  if (effort === undefined) return undefined;
  const levels = capabilities.effortLevels;
  if (hasTools && effort !== 'none' && !capabilities.toolsWithEffort) {
    drop('reasoning', 'The model takes no reasoning effort together with tools.');
    return levels.includes('none') ? 'none' : undefined;
  }
  if (isNative || levels.includes(effort)) return effort;
  const chosen = clampEffort(effort, levels);
  if (effort !== 'none' && chosen !== undefined) return chosen;
  drop('reasoning', 'The model takes no such reasoning effort.');
  return undefined;
}
