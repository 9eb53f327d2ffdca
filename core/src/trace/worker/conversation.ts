import { hash } from 'node:crypto';
import { parsedArguments } from '@dragoman/plugin/internal/codec/tools/call-arguments';
import type { ChatReply, ChatRequest, Message, ToolResultPart } from '@dragoman/plugin';

/** The roles and content of messages, without what clients rewrite in their own way. */
type Said = readonly [role: string, text: string, calls: string[]];

/** Where a request belongs in its conversation. */
export interface Place {
  /** Hashes of the conversation up to each answer that the client sends back, latest first. */
  readonly before: readonly string[];
  /** The hash of the conversation up to this reply, for when it is sent back; absent without a reply. */
  readonly after?: string;
}

/** A client sends earlier answers, too, only if it branched off. */
const LOOK_BACK = 4;

/** 64 bits: among a million names, the chance of a collision is one in thirty million. Longer ones make a larger index. */
const NAME_LENGTH = 16;

/**
 * Hashes the conversation before and after a request, so that the next request is recognized by its beginning. `scope`
 * keeps the conversations of different clients apart.
 */
export function placeOf(scope: string, request: ChatRequest, reply: ChatReply | undefined): Place {
  let chain = '';
  let unnamed = written(['system', scope, request.system.map(textOf)]);
  const nameAfter = (answer: Said): string => {
    chain = hash('sha256', chain + unnamed + written(answer));
    unnamed = '';
    return chain.slice(0, NAME_LENGTH);
  };
  const before: string[] = [];
  for (const said of merged(request.messages)) {
    if (said[0] === 'assistant') before.push(nameAfter(said));
    else unnamed += written(said);
  }
  const [choice] = reply?.choices ?? [];
  const answer = choice && saidBy({ role: 'assistant', content: choice.content });
  return {
    before: before.toReversed().slice(0, LOOK_BACK),
    ...(answer && isSomething(answer) && { after: nameAfter(answer) }),
  };
}

/** Length-prefixed texts, so that different lists never match; JSON would cost twice as much. */
function written([role, text, calls]: Said): string {
  return [role, text, ...calls].map((each) => `${each.length}:${each}`).join('') + `${calls.length};`;
}

/** Clients may keep one answer as several messages. */
function merged(messages: readonly Message[]): readonly Said[] {
  const all: Said[] = [];
  for (const message of messages) {
    const said = saidBy(message);
    const last = all.at(-1);
    if (last?.[0] === 'assistant' && said[0] === 'assistant') {
      for (const call of said[2]) last[2].push(call);
      all[all.length - 1] = ['assistant', last[1] + said[1], last[2]];
    } else if (isSomething(said) || message.role !== 'assistant') all.push(said);
  }
  return all;
}

function isSomething([, text, calls]: Said): boolean {
  return text !== '' || calls.length > 0;
}

/** Without call ids: some protocols have none, and clients may replace them. */
function saidBy(message: Message): Said {
  const calls = message.content.flatMap((part): readonly string[] => {
    if (part.type === 'tool-call') return [JSON.stringify([part.name, parsedArguments(part.arguments)])];
    return part.type === 'tool-result' ? [resultText(part)] : [];
  });
  return [message.role, textOf(message), calls];
}

/** The text of a message. */
export function textOf({ content }: Pick<Message, 'content'>): string {
  return content
    .flatMap((part) => (part.type === 'text' || part.type === 'refusal' ? [part.text] : []))
    .join('')
    .trim();
}

export function resultText({ content, json }: ToolResultPart): string {
  const text = content
    .flatMap((part) => (part.type === 'text' ? [part.text] : [`[${part.media}]`]))
    .join('\n');
  return text === '' && json !== undefined ? JSON.stringify(json) : text;
}

/** The new messages of a request: those after the last answer. */
export function newMessages({ messages }: ChatRequest): readonly Message[] {
  return messages.slice(messages.findLastIndex(({ role }) => role === 'assistant') + 1);
}
