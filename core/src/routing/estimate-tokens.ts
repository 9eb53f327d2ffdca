import type { AssistantPart, ChatRequest, MediaPart, UserPart } from '../canonical/chat.ts';

/** What a token is on average in English prose and code, in UTF-16 code units. */
const LENGTH_OF_TOKEN = 4;
/** What a message costs besides its text. */
const TOKENS_OF_MESSAGE = 4;
/** What models commonly charge for a picture of middling size. */
const TOKENS_OF_IMAGE = 1000;

/**
 * Estimates the tokens of a prompt where the upstream cannot count: everything that is sent, by its length,
 * rounded up. It is off by a third either way, more for other scripts than Latin.
 */
export function estimateTokens({ system, messages, tools, output }: ChatRequest): number {
  const parts = [...system, ...messages].flatMap(({ content }) => content);
  const texts = parts.map(lengthOf).reduce((sum, length) => sum + length, 0);
  const schemas = tools.length > 0 || output?.schema ? JSON.stringify([tools, output?.schema]).length : 0;
  const images = parts.flatMap(mediaOf).length;
  const messageCount = system.length + messages.length;
  const fromText = Math.ceil((texts + schemas) / LENGTH_OF_TOKEN);
  return Math.max(1, fromText + messageCount * TOKENS_OF_MESSAGE + images * TOKENS_OF_IMAGE);
}

function lengthOf(part: UserPart | AssistantPart): number {
  switch (part.type) {
    case 'text':
    case 'reasoning':
    case 'refusal':
      return part.text.length;
    case 'tool-call':
      return part.name.length + part.arguments.length;
    case 'tool-result':
      return (
        (part.json === undefined ? 0 : JSON.stringify(part.json).length) +
        part.content.map(lengthOf).reduce((a, b) => a + b, 0)
      );
    case 'media':
      return part.source.type === 'text' ? part.source.text.length : 0;
    case 'raw':
      return JSON.stringify(part.value).length;
  }
}

function mediaOf(part: UserPart | AssistantPart): readonly MediaPart[] {
  if (part.type === 'media') return part.source.type === 'text' ? [] : [part];
  return part.type === 'tool-result' ? part.content.flatMap(mediaOf) : [];
}
