/** A word with the space before it is a token; a long word is several. */
const TOKEN = /\s*\S{1,12}|\s+$/gu;

/** Cuts a text into tokens, which joined are the text again. */
export function splitTokens(text: string): readonly string[] {
  return text.match(TOKEN) ?? [];
}

export function countTokens(text: string): number {
  return splitTokens(text).length;
}
