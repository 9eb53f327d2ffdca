import { firstCharacters, type Reading, type TextReader } from './text-reader.ts';

export interface ValueRules {
  /** Closing tags, each with the tags that may follow it. Before anything else, it is part of the value. */
  readonly closers: Readonly<Record<string, readonly string[]>>;
  /** Whether a line break after the opening tag and one before the closing tag are markup. */
  readonly trimsLines?: boolean;
  readonly onPiece: (piece: string) => void;
}

/**
 * Reads a value up to its closing tag, which is taken, with whitespace after it. Code and markup in a value often contain
 * that tag, so it counts only if it is followed by what may follow or by the end. Returns it; `undefined`: the text ended.
 */
export function* readTaggedValue(
  text: TextReader,
  { closers, trimsLines = false, onPiece }: ValueRules,
): Reading<string | undefined> {
  const tags = Object.keys(closers);
  const stop = new RegExp(firstCharacters(tags).source.replace('[', '[\\n'), 'g');
  if (trimsLines) yield* text.takes('\n');
  /** A line break that may be the last one. */
  let line = '';
  const say = (piece: string): void => {
    if (piece === '') return;
    onPiece(line + piece);
    line = '';
  };
  for (;;) {
    say(yield* text.piece(stop));
    const tag = yield* text.find(tags);
    if (tag === undefined) {
      const char = yield* text.next();
      if (char === '') {
        if (line !== '') onPiece(line);
        return undefined;
      }
      if (char === '\n' && trimsLines) {
        if (line !== '') onPiece(line);
        line = char;
      } else say(char);
      continue;
    }
    text.skip(tag.length);
    let space = '';
    yield* text.spaces((piece) => (space += piece));
    const mayEnd = (yield* text.find(closers[tag] ?? [])) !== undefined || !(yield* text.more());
    if (mayEnd) return tag;
    say(tag);
    if (trimsLines && space.endsWith('\n')) {
      say(space.slice(0, -1));
      line = '\n';
    } else say(space);
  }
}
