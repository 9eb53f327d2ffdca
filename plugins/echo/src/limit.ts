import { type Block, type ChatRequest, defined, type FinishReason } from '@dragoman/plugin';
import type { Draft, Passage } from './compose.ts';
import { splitTokens } from './tokens.ts';

/** One choice, ready to be told token by token. */
export interface Answer {
  readonly blocks: readonly { readonly block: Block; readonly tokens: readonly string[] }[];
  readonly reason: FinishReason;
  readonly stopSequence?: string;
}

interface Limits extends Pick<ChatRequest, 'stop' | 'maxTokens'> {
  /** In characters. */
  readonly maxLength: number;
}

/** Cuts a draft where a stop sequence or the end of the tokens says so. */
export function limitAnswer(draft: Draft, { stop = [], maxTokens = Infinity, maxLength }: Limits): Answer {
  const { passages, isCut } = cutAt(draft.passages, maxLength);
  const stopped = stopAt({ ...draft, passages }, stop);
  const blocks = [];
  let room = maxTokens;
  for (const { block, text } of stopped.passages) {
    const tokens = splitTokens(text);
    if (tokens.length > 0 && room > 0) blocks.push({ block, tokens: tokens.slice(0, room) });
    if (tokens.length > room) return { blocks, reason: 'max-tokens' };
    room -= tokens.length;
  }
  if (isCut && stopped.stopSequence === undefined) return { blocks, reason: 'max-tokens' };
  return defined({ blocks, reason: stopped.reason, stopSequence: stopped.stopSequence });
}

function cutAt(
  passages: readonly Passage[],
  maxLength: number,
): { readonly passages: readonly Passage[]; readonly isCut: boolean } {
  let room = maxLength;
  const kept: Passage[] = [];
  for (const passage of passages) {
    kept.push({ ...passage, text: passage.text.slice(0, room) });
    if (passage.text.length > room) return { passages: kept, isCut: true };
    room -= passage.text.length;
  }
  return { passages: kept, isCut: false };
}

/** Stop sequences end visible text only; they are no part of the answer. */
function stopAt(
  { passages, reason }: Draft,
  stop: readonly string[],
): Draft & { readonly stopSequence?: string } {
  const kept: Passage[] = [];
  for (const passage of passages) {
    const found = passage.block.type === 'text' ? findFirst(passage.text, stop) : undefined;
    if (found) {
      kept.push({ ...passage, text: passage.text.slice(0, found.at) });
      return { passages: kept, reason: 'stop-sequence', stopSequence: found.sequence };
    }
    kept.push(passage);
  }
  return { passages: kept, reason };
}

function findFirst(text: string, stop: readonly string[]): { at: number; sequence: string } | undefined {
  return stop
    .map((sequence) => ({ at: sequence === '' ? -1 : text.indexOf(sequence), sequence }))
    .filter(({ at }) => at >= 0)
    .toSorted((one, other) => one.at - other.at)[0];
}
