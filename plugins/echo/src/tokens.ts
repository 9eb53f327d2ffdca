/** A word with the space before it is a token; a long word is several. */
const TOKEN = /\s*\S{1,12}|\s+$/gu;

/** Cuts a text into tokens, which joined are the text again. */
export function splitTokens(text: string): readonly string[] {
  return text.match(TOKEN) ?? [];
}

/** The rest of a longer text is extrapolated. */
const COUNTED_LENGTH = 1_000_000;

export function countTokens(text: string): number {
  const { length } = splitTokens(text.slice(0, COUNTED_LENGTH));
  return text.length > COUNTED_LENGTH ? Math.ceil((length * text.length) / COUNTED_LENGTH) : length;
}
