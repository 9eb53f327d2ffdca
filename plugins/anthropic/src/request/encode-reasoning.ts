import {
  budgetOf,
  type CallContext,
  type ChatRequest,
  clampEffort,
  effortOf,
  type JsonObject,
  type Message,
} from '@dragoman/plugin';
import { ANTHROPIC } from '../wire.ts';

type Context = Pick<CallContext, 'capabilities' | 'drop'>;

const LEAST_BUDGET = 1024;

/** Encodes `thinking`. Nothing wished gives nothing, which leaves it to the model. */
export function encodeThinking(
  { reasoning, messages }: ChatRequest,
  maxTokens: number,
  { capabilities, drop }: Context,
): JsonObject | undefined {
  if (reasoning.betweenTools) drop('reasoning', 'The upstream cannot think between tool calls only.');
  const effort = effortOf(reasoning);
  if (effort === undefined && !reasoning.adaptive) return undefined;
  // What the model thought is not told unless it is asked for.
  const adaptive = { type: 'adaptive', ...(reasoning.show !== 'none' && { display: 'summarized' }) };
  switch (capabilities.thinking) {
    case 'none':
    case 'level':
      if (effort !== 'none') drop('reasoning', 'The model does not think.');
      return undefined;
    case 'always-adaptive':
      return effort === 'none' ? undefined : adaptive;
    case 'adaptive':
      return effort === 'none' ? { type: 'disabled' } : adaptive;
    case 'budget':
      if (effort === 'none') return { type: 'disabled' };
      if (isUnsignedLoop(messages)) {
        drop('reasoning', 'The thought that led to the last tool calls is not known any more.');
        return undefined;
      }
      return encodeBudget(reasoning.budgetTokens ?? budgetOf(effort ?? 'medium'), maxTokens, {
        capabilities,
        drop,
      });
  }
}

/** Whether results of tools go back without the thought that called for them, which the API refuses. */
function isUnsignedLoop(messages: readonly Message[]): boolean {
  const last = messages.at(-1);
  if (last?.role !== 'user' || !last.content.some(({ type }) => type === 'tool-result')) return false;
  const turn = messages.findLast(({ role }) => role === 'assistant');
  const isSigned = turn?.content.some(
    (part) => part.type === 'reasoning' && part.opaque?.protocol === ANTHROPIC && part.opaque.data,
  );
  return !isSigned;
}

/** At least 1,024 tokens and less than the whole answer; a quarter stays for the answer where that is possible. */
function encodeBudget(
  wished: number,
  maxTokens: number,
  { capabilities, drop }: Context,
): JsonObject | undefined {
  const { thinkingBudgetMin: least = LEAST_BUDGET, thinkingBudgetMax: most = maxTokens } = capabilities;
  const room = Math.max(least, Math.min(Math.floor(maxTokens * 0.75), most));
  const budget = Math.min(Math.max(wished, least), room);
  if (budget < maxTokens) return { type: 'enabled', budget_tokens: budget };
  drop('reasoning', 'The most tokens of the answer leave no room to think.');
  return undefined;
}

/** Models that decide themselves how long to think are told how hard. They cannot stop, so little is the least. */
export function encodeEffort({ reasoning }: ChatRequest, { capabilities }: Context): string | undefined {
  const { thinking, effortLevels } = capabilities;
  if (thinking !== 'adaptive' && thinking !== 'always-adaptive') return undefined;
  const effort = effortOf(reasoning);
  if (effort === undefined) return undefined;
  return clampEffort(effort === 'none' ? 'low' : effort, effortLevels);
}
