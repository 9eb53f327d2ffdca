import type { ReplyWriter } from './reply-writer.ts';
import { firstCharacters, type Reading, type TextReader } from './text-reader.ts';

/** What a model writes around its thoughts. */
export interface ReasoningTags {
  /** Default `<think>`. */
  readonly open?: string;
  /** Default `</think>`. */
  readonly close?: string;
  /** Markers of calls that end a thought, too. */
  readonly endedBy?: readonly string[];
}

/**
 * Where a model's thoughts are in its text. `none`: nowhere. `tagged`: at its start, if that is the opening tag.
 * `prefilled`: at its start, because the template already wrote the opening tag.
 */
export type ReasoningMode = 'none' | 'tagged' | 'prefilled';

/** Reads the thought at the start of a reply, if there is one. Tags anywhere else are text. */
export function* readReasoning(
  text: TextReader,
  reply: ReplyWriter,
  {
    mode,
    tags: { open = '<think>', close = '</think>', endedBy = [] },
  }: {
    readonly mode: ReasoningMode;
    readonly tags: ReasoningTags;
  },
): Reading {
  if (mode === 'none') return;
  yield* text.spaces((piece) => reply.content(piece));
  const isOpen = yield* text.takes(open);
  if (!isOpen && mode === 'tagged') return;
  const ends = reply.isActive ? [close, ...endedBy] : [close];
  const stop = firstCharacters(ends);
  reply.beginReasoning();
  for (;;) {
    reply.reasoning(yield* text.piece(stop));
    const end = yield* text.find(ends);
    if (end === close) text.skip(end.length);
    if (end !== undefined) break;
    const char = yield* text.next();
    if (char === '') return;
    reply.reasoning(char);
  }
  reply.endReasoning();
}
