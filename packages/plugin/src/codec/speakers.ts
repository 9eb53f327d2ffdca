import type { Message, UserMessage, UserPart } from '../canonical/chat.ts';

/** Puts speakers' names into the text, for wires without names; a single speaker needs none. */
export function nameSpeakers(messages: readonly Message[]): readonly Message[] {
  const names = new Set(messages.flatMap(({ name }: Message & { name?: string }) => name ?? []));
  if (names.size < 2) return messages;
  return messages.map((message) =>
    message.role === 'user' && message.name !== undefined ? named(message, message.name) : message,
  );
}

function named(message: UserMessage, name: string): UserMessage {
  const first = message.content.findIndex((part) => part.type === 'text');
  const content = message.content.map((part, index): UserPart =>
    index === first && part.type === 'text' ? { ...part, text: `${name}: ${part.text}` } : part,
  );
  return { ...message, content };
}
