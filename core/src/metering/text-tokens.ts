import type { Tokenizer } from '@dragoman/plugin';

/** Counts the tokens of a text. */
export type TextCounter = (text: string) => number;

/** Creates the counter for the texts of one request. */
export type TextCounters = (model: string) => Promise<TextCounter>;

/** The average size of a token in English prose and code, in bytes of UTF-8; close enough for other scripts. */
export const BYTES_OF_TOKEN = 4;

/** An estimate by length, for models whose tokenizer is not public. */
export const countByLength: TextCounter = (text) => Math.ceil(Buffer.byteLength(text) / BYTES_OF_TOKEN);

/** Counts with the first tokenizer that matches the model, else estimates. */
export function createTextCounters(tokenizers: readonly Tokenizer[]): TextCounters {
  return async (model) => {
    const name = model.slice(model.lastIndexOf('/') + 1);
    const tokenizer = tokenizers.find(({ models }) => models.test(name));
    return tokenizer ? inPieces(await tokenizer.load()) : countByLength;
  };
}

/** Tokenizers take quadratic time on a run without spaces. */
const PIECE = /[^]{1,64}(?=\s)|[^]{1,64}/g;
/** The most tokens counted per request; a token takes about two microseconds, which block the thread. */
const MAX_COUNTED = 60_000;

/** Counts the texts of one request. Beyond the maximum, the rest is assumed to be like what was counted. */
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
