import type { Tokenizer } from '../plugin/wire-facts.ts';

/** Tells how many tokens a text is. */
export type TextCounter = (text: string) => number;

/** Gives the counter for the texts of one request to a model. */
export type TextCounters = (model: string) => Promise<TextCounter>;

/** What a token is on average in English prose and code, in bytes of UTF-8; it fits other scripts well enough. */
export const BYTES_OF_TOKEN = 4;

/** A guess by length, for models whose tokenizer is not public. */
export const countByLength: TextCounter = (text) => Math.ceil(Buffer.byteLength(text) / BYTES_OF_TOKEN);

/** Counts by the first tokenizer for a model, else guesses. */
export function createTextCounters(tokenizers: readonly Tokenizer[]): TextCounters {
  return async (model) => {
    const name = model.slice(model.lastIndexOf('/') + 1);
    const tokenizer = tokenizers.find(({ models }) => models.test(name));
    return tokenizer ? inPieces(await tokenizer.load()) : countByLength;
  };
}

/** Tokenizers take time by the square of a run without spaces. */
const PIECE = /[^]{1,64}(?=\s)|[^]{1,64}/g;
/** Of all texts of a request; a token takes about two microseconds, in which nobody else is served. */
const MAX_COUNTED = 60_000;

/** Counts the texts of one request. What comes behind the most tokens is taken to be like what was counted. */
function inPieces(count: TextCounter): TextCounter {
  let counted = 0;
  let length = 0;
  return (text) => {
    const before = { counted, length };
    for (const [piece] of text.matchAll(PIECE)) {
      if (counted >= MAX_COUNTED) break;
      counted += count(piece);
      length += piece.length;
    }
    const rest = text.length - (length - before.length);
    return counted - before.counted + Math.ceil((rest * counted) / Math.max(1, length));
  };
}
