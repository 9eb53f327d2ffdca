import { type Message, remind, type SystemMessage, type UserMessage, type UserPart } from '@dragoman/plugin';

/** One system message of all, for templates that know no second one. */
export function joinSystem(system: readonly SystemMessage[]): readonly SystemMessage[] {
  const [first] = system;
  if (!first || system.length === 1) return system;
  const text = system.flatMap(({ content }) => content.map((part) => part.text)).join('\n\n');
  return [{ ...first, content: [{ type: 'text', text }] }];
}

/**
 * Says later instructions in the words of the user, for templates that know a system message only at the front.
 * They stay where they are, since moving them would change what they follow, and join the user's turn beside
 * them, since the same templates want turns to alternate.
 */
export function foldSystem(messages: readonly Message[]): readonly Message[] {
  const folded: Message[] = [];
  /** The content of the last turn, once another one joined it. */
  let joined: UserPart[] | undefined;
  let isReminder = false;
  for (const message of messages) {
    const turn = message.role === 'system' ? reminder(message) : message;
    const last = folded.at(-1);
    const joins = isReminder || message.role === 'system';
    if (joins && turn.role === 'user' && last?.role === 'user') {
      joined ??= [...last.content];
      joined.push(...turn.content);
      folded[folded.length - 1] = { ...last, ...turn, content: joined };
    } else {
      joined = undefined;
      folded.push(turn);
    }
    isReminder = message.role === 'system';
  }
  return folded;
}

function reminder(message: SystemMessage): UserMessage {
  return { role: 'user', content: [{ type: 'text', text: remind(message) }] };
}
