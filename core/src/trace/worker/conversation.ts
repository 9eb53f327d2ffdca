import { hash } from 'node:crypto';
import { parsedArguments } from '../../codec/tools/call-arguments.ts';
import type { ChatReply, ChatRequest, Message, ToolResultPart } from '../../canonical/chat.ts';

/** Who said what, without what clients write anew in their own way. */
type Said = readonly [role: string, text: string, calls: string[]];

/** Where a request stands in its conversation. */
export interface Place {
  /** What was said up to each answer that the client sends back, the latest first. */
  readonly before: readonly string[];
  /** What will have been said when this reply is sent back; absent when there is none. */
  readonly after?: string;
}

/** A client sends more than the last answer back only when it went another way from an earlier one. */
const LOOK_BACK = 4;

/** 64 bits: among a million names, the chance that two are the same is one in thirty million. Longer ones make a larger index. */
const NAME_LENGTH = 16;

/**
 * Names what was said before and after a request by hashes, so that the next request of the conversation is known
 * by its beginning. `scope` keeps the conversations of different clients apart.
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

/** Each text behind its length, so that two that differ are never written alike; as JSON, they would cost twice as much. */
function written([role, text, calls]: Said): string {
  return [role, text, ...calls].map((each) => `${each.length}:${each}`).join('') + `${calls.length};`;
}

/** Clients that keep an answer as several messages mean one. */
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

/** Without the ids of calls: some protocols have none, and clients make them up anew. */
function saidBy(message: Message): Said {
  const calls = message.content.flatMap((part): readonly string[] => {
    if (part.type === 'tool-call') return [JSON.stringify([part.name, parsedArguments(part.arguments)])];
    return part.type === 'tool-result' ? [resultText(part)] : [];
  });
  return [message.role, textOf(message), calls];
}

/** What a message says in words. */
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

/** What is new in a request: what the client says after the last answer. */
export function newMessages({ messages }: ChatRequest): readonly Message[] {
  return messages.slice(messages.findLastIndex(({ role }) => role === 'assistant') + 1);
}
