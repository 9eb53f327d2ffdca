import {
  defined,
  type JsonObject,
  type JsonValue,
  type Message,
  nameSpeakers,
  pairToolResults,
  remind,
  type SystemMessage,
} from '@dragoman/plugin';
import {
  type ContentContext,
  encodeAssistantPart,
  encodeCache,
  encodeText,
  encodeUserParts,
} from './encode-content.ts';

/** A turn as the API has it. */
export interface Turn {
  readonly role: 'user' | 'assistant' | 'system';
  readonly content: JsonValue[];
}

/** Encodes a conversation: neighbours of one role are one turn, and no turn is empty. */
export function encodeMessages(messages: readonly Message[], context: ContentContext): readonly Turn[] {
  const turns: Turn[] = [];
  for (const message of nameSpeakers(pairToolResults(messages))) {
    const turn = encodeTurn(message, turns.at(-1), context);
    if (turn.content.length === 0) continue;
    const last = turns.at(-1);
    if (last?.role === turn.role) last.content.push(...turn.content);
    else turns.push(turn);
  }
  return turns;
}

function encodeTurn(message: Message, before: Turn | undefined, context: ContentContext): Turn {
  switch (message.role) {
    case 'user':
      return { role: 'user', content: [...encodeUserParts(message.content, context)] };
    case 'assistant':
      return {
        role: 'assistant',
        content: message.content.flatMap((part) => encodeAssistantPart(part, context)),
      };
    case 'system':
      if (context.capabilities.midSystem && before?.role === 'user') {
        return { role: 'system', content: message.content.flatMap(encodeText) };
      }
      // In place, since moving it to the front would change what it follows and break the prompt's cache.
      return { role: 'user', content: [encodeReminder(message)] };
  }
}

/** Several texts become one, which ends where the last of their marks stands or later. */
function encodeReminder(message: SystemMessage): JsonObject {
  const marked = message.content.findLast(({ cache }) => cache !== undefined);
  return defined({ type: 'text', text: remind(message), cache_control: encodeCache(marked?.cache) });
}
