import type {
  AssistantPart,
  ChatRequest,
  MediaPart,
  Message,
  ToolCallPart,
  ToolResultPart,
  UserPart,
} from '@dragoman/plugin';

/** What the user wants answered. */
export interface Prompt {
  readonly text: string;
  readonly media: readonly MediaPart[];
  /** The results that end the conversation, if results of tools end it. */
  readonly results: readonly ToolResultPart[];
  /** The calls that the model made so far. */
  readonly calls: readonly ToolCallPart[];
}

const NOUNS = { image: 'an image', audio: 'a recording', video: 'a video', document: 'a file' } as const;

export function readPrompt({ messages }: ChatRequest): Prompt {
  const last = messages.findLast(
    ({ role, content }) => role === 'user' && content.some(({ type }) => type === 'text' || type === 'media'),
  );
  const parts = last?.content ?? [];
  return {
    text: joinTexts(parts),
    media: parts.filter((part) => part.type === 'media'),
    results: lastResults(messages),
    calls: joinParts(messages).filter((part) => part.type === 'tool-call'),
  };
}

export function joinTexts(parts: Message['content']): string {
  return parts.flatMap((part) => (part.type === 'text' ? part.text : [])).join('\n');
}

/** Some clients send each result of parallel calls as a message of its own. */
function lastResults(messages: readonly Message[]): readonly ToolResultPart[] {
  const first =
    messages.findLastIndex(({ content }) => content.every(({ type }) => type !== 'tool-result')) + 1;
  return joinParts(messages.slice(first)).filter((part) => part.type === 'tool-result');
}

function joinParts(messages: readonly Message[]): readonly (UserPart | AssistantPart)[] {
  return messages.flatMap(({ content }): readonly (UserPart | AssistantPart)[] => content);
}

/** Names media for a sentence: `an image and a file named "a.pdf"`. */
export function nameMedia(media: readonly MediaPart[]): string {
  const names = media.map(({ media: kind, name }) => (name ? `${NOUNS[kind]} named "${name}"` : NOUNS[kind]));
  return new Intl.ListFormat('en').format(names);
}
