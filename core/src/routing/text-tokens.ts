/** Tells how many tokens a text is. */
export type TextCounter = (text: string) => number;

/** What a token is on average in English prose and code, in bytes of UTF-8; it fits other scripts well enough. */
const BYTES_OF_TOKEN = 4;

/** A guess by length, for models whose tokenizer is not public. */
export const countByLength: TextCounter = (text) => Math.ceil(Buffer.byteLength(text) / BYTES_OF_TOKEN);

const ENCODINGS = [
  {
    models: /^(?:gpt-3|gpt-4(?!o|\.)|text-embedding-)/,
    load: () => import('gpt-tokenizer/encoding/cl100k_base'),
  },
  { models: /^(?:gpt-|chatgpt-|o\d)/, load: () => import('gpt-tokenizer/encoding/o200k_base') },
];

/**
 * The tokenizer of a model of OpenAI's, else a guess. A tokenizer is some megabytes, and loaded when it is first
 * wanted.
 */
export async function textCounter(model: string): Promise<TextCounter> {
  const name = model.slice(model.lastIndexOf('/') + 1);
  const encoding = ENCODINGS.find(({ models }) => models.test(name));
  if (!encoding) return countByLength;
  const { countTokens } = await encoding.load();
  // What looks like a special token is only text where a client says it.
  return inPieces((piece) => countTokens(piece, { disallowedSpecial: new Set() }));
}

/** Tokenizers take time by the square of a run without spaces. */
const PIECE = /[^]{1,256}(?=\s)|[^]{1,256}/g;
/** Of a longer text, the rest is taken to be like its beginning: counting holds up everybody else. */
const MAX_LENGTH = 200_000;

function inPieces(count: TextCounter): TextCounter {
  return (text) => {
    const pieces = text.slice(0, MAX_LENGTH).match(PIECE) ?? [];
    const counted = pieces.reduce((sum, piece) => sum + count(piece), 0);
    return text.length > MAX_LENGTH ? Math.ceil((counted * text.length) / MAX_LENGTH) : counted;
  };
}
