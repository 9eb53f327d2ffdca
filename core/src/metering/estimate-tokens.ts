import type { AssistantPart, ChatRequest, UserPart } from '@dragoman/plugin';
import { countByLength, type TextCounter } from './text-tokens.ts';

/** The cost of a message besides its text. */
const TOKENS_OF_MESSAGE = 4;
/** The usual charge for a medium-sized image. */
const TOKENS_OF_IMAGE = 1000;

/** The assumed length of an answer without a limit. */
const TOKENS_OF_ANSWER = 1000;

/** The expected usage of a request. */
export interface Estimate {
  readonly input: number;
  /** The longest possible answer, as far as the request limits it. */
  readonly output: number;
  /** The requested number of choices. */
  readonly choices: number;
  /** Whether the client sets no limit on the answer: then `output` is only the likely length. */
  readonly isOpen?: boolean;
}

/** A lazy estimate, since it reads the whole request. */
export function estimateOnce(estimate: () => Estimate): () => Estimate {
  let known: Estimate | undefined;
  return () => (known ??= estimate());
}

export function estimateUsage(request: ChatRequest): Estimate {
  const { maxTokens, sampling } = request;
  return {
    input: estimateTokens(request),
    output: maxTokens ?? TOKENS_OF_ANSWER,
    choices: sampling.count ?? 1,
    isOpen: maxTokens === undefined,
  };
}

/**
 * Estimates the tokens of a prompt if the upstream cannot count them: everything that is sent, rounded up. By length, it
 * is off by up to a third.
 */
export function estimateTokens(
  { system, messages, tools, output }: ChatRequest,
  countText: TextCounter = countByLength,
): number {
  const parts = [...system, ...messages].flatMap(({ content }) => content);
  const schemas = tools.length > 0 || output?.schema ? countText(JSON.stringify([tools, output?.schema])) : 0;
  const contents = parts.map((part) => tokensOf(part, countText)).reduce((sum, tokens) => sum + tokens, 0);
  return Math.max(1, schemas + contents + (system.length + messages.length) * TOKENS_OF_MESSAGE);
}

function tokensOf(part: UserPart | AssistantPart, countText: TextCounter): number {
  switch (part.type) {
    case 'text':
    case 'reasoning':
    case 'refusal':
      return countText(part.text);
    case 'tool-call':
      return countText(part.name) + countText(part.arguments);
    case 'tool-result':
      return (
        (part.json === undefined ? 0 : countText(JSON.stringify(part.json))) +
        part.content.map((inner) => tokensOf(inner, countText)).reduce((a, b) => a + b, 0)
      );
    case 'media':
      return part.source.type === 'text' ? countText(part.source.text) : TOKENS_OF_IMAGE;
    case 'raw':
      return countText(JSON.stringify(part.value));
  }
}
