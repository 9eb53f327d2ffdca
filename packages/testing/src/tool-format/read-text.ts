import { parseJson, reasonWithCalls, ReplyParser, type TextEvent } from '@dragoman/plugin';
import { REASONS, type ToolTextCase } from './contract.ts';

export interface ReadCall {
  readonly id: string;
  readonly name: string;
  readonly text: string;
}

export interface ReadText {
  readonly content: string;
  readonly reasoning: string;
  readonly calls: readonly ReadCall[];
}

/** Reads a text that comes in pieces. */
export function readPieces(
  pieces: readonly string[],
  input: ConstructorParameters<typeof ReplyParser>[0],
): ReadText {
  const parser = new ReplyParser(input);
  return foldEvents([...pieces.flatMap((piece) => parser.push(piece)), ...parser.end()]);
}

function foldEvents(events: readonly TextEvent[]): ReadText {
  let content = '';
  let reasoning = '';
  const calls: ReadCall[] = [];
  for (const event of events) {
    if (event.type === 'content') content += event.text;
    else if (event.type === 'reasoning') reasoning += event.text;
    else if (event.type === 'call-start') calls.push({ id: event.id, name: event.name, text: '' });
    else if (event.type === 'call-arguments') {
      const last = calls.pop();
      if (last) calls.push({ ...last, text: last.text + event.text });
    }
  }
  return { content, reasoning, calls };
}

/** What must not depend on how the text was cut; ids are random. */
export function withoutIds({
  calls,
  ...read
}: ReadText): Omit<ReadText, 'calls'> & { readonly calls: readonly object[] } {
  return { ...read, calls: calls.map(({ name, text }) => ({ name, text })) };
}

/** What was read, in the form of the expectation. */
export function asExpected(
  { expected, upstream_finish_reason = 'stop' }: ToolTextCase,
  read: ReadText,
): object {
  const reason = reasonWithCalls(REASONS[upstream_finish_reason], read.calls.length);
  return {
    content: read.content === '' ? (expected.content === null ? null : '') : read.content,
    ...(read.reasoning !== '' && { reasoning_content: read.reasoning }),
    tool_calls: read.calls.map(({ id, name, text }, at) => {
      const value = parseJson(text);
      return {
        name,
        arguments: value ?? null,
        ...(value === undefined && { arguments_raw: text }),
        ...(expected.tool_calls[at]?.id !== undefined && { id }),
      };
    }),
    finish_reason: Object.entries(REASONS).find(([, own]) => own === reason)?.[0] ?? reason,
  };
}
