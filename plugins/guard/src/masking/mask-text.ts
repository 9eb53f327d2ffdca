import type { TextMapper } from '@dragoman/plugin';
import type { Search } from '../pattern/run-pattern.ts';
import { type Piece, Scanner } from './scanner.ts';

/** What to write instead of a match. It may throw, to end the text there. */
export type Replace<Wanted> = (match: string, by: Wanted) => string;

/** Replaces what is found in a plain text. */
export function createTextMasker<Wanted extends Search>(
  wanted: readonly Wanted[],
  replace: Replace<Wanted>,
): TextMapper {
  const scanner = new Scanner(wanted);
  const write = (pieces: readonly Piece<Wanted>[]): string =>
    pieces.map((piece) => ('by' in piece ? replace(piece.text, piece.by) : piece.text)).join('');
  return {
    push: (text) => write(scanner.push(text)),
    end: () => write(scanner.end()),
  };
}

/** Maps a whole text. */
export function mapWhole(mapper: TextMapper, text: string): string {
  return mapper.push(text) + mapper.end();
}
