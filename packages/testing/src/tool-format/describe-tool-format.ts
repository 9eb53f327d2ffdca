import {
  type FinishReason,
  type JsonObject,
  parseJson,
  type ReasoningMode,
  reasonWithCalls,
  ReplyParser,
  type TextEvent,
  type TextTool,
  type ToolTextFormat,
} from '@dragoman/plugin';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** What a model wrote, and what of it must reach the client. */
export interface ToolTextCase {
  readonly name: string;
  readonly text: string;
  /** Whether the request has tools. */
  readonly tools: boolean;
  /** Default `tagged`. */
  readonly reasoning_mode?: ReasoningMode;
  /** Default `stop`. */
  readonly upstream_finish_reason?: keyof typeof REASONS;
  readonly expected: {
    readonly content: string | null;
    readonly reasoning_content?: string;
    readonly tool_calls: readonly {
      readonly name: string;
      /** `null`: the arguments are not valid JSON, and `arguments_raw` has them. */
      readonly arguments: JsonObject | null;
      readonly arguments_raw?: string;
      /** Where the model chooses it. */
      readonly id?: string;
    }[];
    readonly finish_reason: string;
  };
}

const REASONS = {
  stop: 'stop',
  tool_calls: 'tool-use',
  length: 'max-tokens',
  content_filter: 'content-filter',
} as const satisfies Record<string, FinishReason>;

export interface ToolFormatContract {
  /** Absent: only the reasoning is read. */
  readonly format?: ToolTextFormat;
  readonly tools: readonly TextTool[];
  readonly cases: readonly ToolTextCase[];
}

/** The contract of every tool format: what it reads does not depend on where the text is cut, and nothing is lost. */
export function describeToolFormat(name: string, { format, tools, cases }: ToolFormatContract): void {
  const known = new Map(tools.map((tool) => [tool.name, tool]));
  const read = (one: Pick<ToolTextCase, 'text' | 'tools' | 'reasoning_mode'>, pieces: readonly string[]) =>
    readPieces(pieces, {
      format,
      tools: one.tools ? known : new Map(),
      reasoning: one.reasoning_mode ?? 'tagged',
    });

  describe(`the tool format ${name}`, () => {
    it.each(cases)('reads $name, however it is cut', (one) => {
      const whole = read(one, [one.text]);
      expect(asExpected(one, whole)).toEqual(one.expected);
      for (const pieces of cutsOf(one.text)) expect(withoutIds(read(one, pieces))).toEqual(withoutIds(whole));
      expect(new Set(whole.calls.map(({ id }) => id)).size).toBe(whole.calls.length);
    });

    it('reads the same from any text, however it is cut', () => {
      fc.assert(
        fc.property(anyText(cases), fc.infiniteStream(fc.nat({ max: 12 })), (text, sizes) => {
          const one = { text, tools: true };
          expect(withoutIds(read(one, cutBy(text, sizes)))).toEqual(withoutIds(read(one, [text])));
        }),
      );
    });

    it('takes nothing back', () => {
      fc.assert(
        fc.property(anyText(cases), (text) => {
          const parser = new ReplyParser({ format, tools: known });
          let read = foldEvents([]);
          for (const char of text) {
            const next = foldEvents(parser.push(char), read);
            expect(next.content.startsWith(read.content)).toBe(true);
            read = next;
          }
        }),
      );
    });

    // A format with frames of its own drops them.
    it.runIf(format?.reasoning !== 'own')('loses nothing of a text without calls', () => {
      fc.assert(
        fc.property(anyText(cases), fc.boolean(), (text, hasTools) => {
          const { content, calls } = read({ text, tools: hasTools, reasoning_mode: 'none' }, [text]);
          if (calls.length === 0 && !(hasTools && NOISE.test(text))) expect(content).toBe(text);
        }),
      );
    });
  });
}

/** What the tokens of templates look like that may be left out. */
const NOISE = /<[|\uff5c]|<\/s>|\[e~\[/;

interface ReadCall {
  readonly id: string;
  readonly name: string;
  readonly text: string;
}

interface ReadText {
  readonly content: string;
  readonly reasoning: string;
  readonly calls: readonly ReadCall[];
}

function readPieces(
  pieces: readonly string[],
  input: ConstructorParameters<typeof ReplyParser>[0],
): ReadText {
  const parser = new ReplyParser(input);
  return foldEvents([...pieces.flatMap((piece) => parser.push(piece)), ...parser.end()]);
}

const NOTHING: ReadText = { content: '', reasoning: '', calls: [] };

function foldEvents(events: readonly TextEvent[], before: ReadText = NOTHING): ReadText {
  let { content, reasoning } = before;
  const calls = [...before.calls];
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

function withoutIds({ calls, ...read }: ReadText) {
  return { ...read, calls: calls.map(({ name, text }) => ({ name, text })) };
}

/** What was read, in the form of the expectation. */
function asExpected({ expected, upstream_finish_reason = 'stop' }: ToolTextCase, read: ReadText) {
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
    finish_reason: Object.entries(REASONS).find(([, own]) => own === reason)?.[0],
  };
}

/** One character at a time, all cuts in two, pieces of 7, and some at random. */
function* cutsOf(text: string): Generator<readonly string[]> {
  yield Array.from({ length: text.length }, (_, at) => text.charAt(at));
  yield text.match(/[^]{1,7}/g) ?? [];
  for (let at = 0; at <= text.length; at += 1) yield [text.slice(0, at), text.slice(at)];
  const sizes = fc.sample(fc.infiniteStream(fc.nat({ max: 9 })), { numRuns: 20, seed: 17 });
  for (const one of sizes) yield cutBy(text, one);
}

function cutBy(text: string, sizes: Iterator<number>): readonly string[] {
  const pieces: string[] = [];
  let at = 0;
  while (at < text.length) {
    const size: number = sizes.next().value ?? 1;
    pieces.push(text.slice(at, at + size));
    at += size;
  }
  return pieces;
}

/** Texts that are made of pieces of the cases: markup in every wrong order. */
function anyText(cases: readonly ToolTextCase[]): fc.Arbitrary<string> {
  const pieces = fc
    .tuple(fc.constantFrom(...cases.map(({ text }) => text)), fc.nat({ max: 400 }), fc.nat({ max: 60 }))
    .map(([text, from, size]) => text.slice(from % Math.max(1, text.length)).slice(0, size + 1));
  const odd = fc.constantFrom('\ud83d', '\ude80', '"', '\\', '{', '}', '[', ']', '\n', ' ', '<', 'x');
  return fc
    .array(fc.oneof({ weight: 3, arbitrary: pieces }, odd), { maxLength: 8 })
    .map((all) => all.join(''));
}
