import {
  ArgumentWriter,
  isToolName,
  type Reading,
  readTaggedValue,
  type Region,
  type RegionEnd,
  reject,
  type ReplyWriter,
  type TextReader,
} from '@dragoman/plugin';
import { type Place, series, takesEnd } from './series.ts';

/** Calls as tags with a tag for each argument, in a wrapper that may be missing. */
export interface XmlRules {
  readonly wrapper: readonly [start: string, end: string];
  /** The start has the name after it, up to `>`. */
  readonly call: readonly [start: string, end: string];
  readonly argument: readonly [start: string, end: string];
  /** Whether a missing end of an argument is tolerated before the end of its call. */
  readonly endsLate?: boolean;
  /** What a name is between its start and `>`. */
  readonly unquote?: (name: string) => string;
}

const MAX_NAME = 128;

export function xmlCalls(rules: XmlRules): Record<string, Region> {
  const {
    wrapper: [start, end],
    call: [begin],
  } = rules;
  return {
    [start]: series({
      begin,
      end,
      call: (text, reply) => new XmlCall(rules, { text, reply }).read({ isBare: false }),
    }),
    *[begin](text, reply): Reading<RegionEnd> {
      yield* new XmlCall(rules, { text, reply }).read({ isBare: true });
      yield* takesEnd({ text, reply }, end);
      return {};
    },
  };
}

/** Reads one call, after its start. */
class XmlCall {
  readonly #rules: XmlRules;
  readonly #text: TextReader;
  readonly #reply: ReplyWriter;

  constructor(rules: XmlRules, { text, reply }: Place) {
    this.#rules = rules;
    this.#text = text;
    this.#reply = reply;
  }

  *read({ isBare }: { readonly isBare: boolean }): Reading<RegionEnd> {
    const { call, argument, unquote = (name) => name } = this.#rules;
    const text = this.#text;
    const name = unquote((yield* text.until(/[<>]/g, MAX_NAME)).trim());
    if (!(yield* text.takes('>')) || !isToolName(name)) reject();
    yield* text.spaces();
    if ((yield* text.find([argument[0], call[1]])) === undefined) reject();
    this.#reply.check(name, { mustBeKnown: isBare });
    yield* this.#readArguments(new ArgumentWriter(this.#reply, { name, unknown: 'text' }));
    return {};
  }

  /** Text between the arguments is dropped. */
  *#readArguments(writer: ArgumentWriter): Reading {
    const { wrapper, call, argument } = this.#rules;
    const text = this.#text;
    for (;;) {
      yield* text.piece(/</g);
      const tag = yield* text.find([argument[0], call[1], wrapper[1]]);
      if (tag === undefined) {
        if ((yield* text.next()) === '') return;
      } else if (tag === argument[0]) {
        text.skip(tag.length);
        if (yield* this.#readArgument(writer)) continue;
        return;
      } else {
        // The end of the wrapper is the wrapper's.
        if (tag === call[1]) text.skip(tag.length);
        writer.end();
        return;
      }
    }
  }

  /** Whether the call goes on. */
  *#readArgument(writer: ArgumentWriter): Reading<boolean> {
    const { wrapper, call, argument, endsLate = false, unquote = (name) => name } = this.#rules;
    const text = this.#text;
    const key = unquote((yield* text.until(/>/g)).trim());
    if (!(yield* text.takes('>'))) return false;
    writer.open(key);
    const end = yield* readTaggedValue(text, {
      closers: {
        [argument[1]]: [argument[0], call[1], wrapper[1]],
        ...(endsLate && { [call[1]]: [wrapper[1], call[0]] }),
      },
      trimsLines: true,
      onPiece: (piece) => writer.push(piece),
    });
    if (end === undefined) return false;
    writer.close();
    if (end !== call[1]) return true;
    writer.end();
    return false;
  }
}
