/** Characters without a shape of their own: controls, direction marks, joiners, separators of lines, broken pairs. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** The same inside of a JSON text, where an end of line only lays it out. */
const UNSEEN_IN_JSON = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

const SEEN = /^[\x20-\x7e\n]*$/;

/**
 * Text of any origin for a terminal, as one line: what would move the cursor, change colours, hide or reorder
 * characters is shown as an escape, such as `\x1b`.
 */
export function visible(text: string): string {
  return text.replaceAll(UNSEEN, escaped);
}

/** A JSON text of the same value in which nothing is unseen. */
export function visibleJson(text: string): string {
  return SEEN.test(text) ? text : text.replaceAll(UNSEEN_IN_JSON, escapedInJson);
}

function escaped(character: string): string {
  if (character === '\n') return '\\n';
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`;
}

function escapedInJson(character: string): string {
  return Array.from({ length: character.length }, (_, at) => unit(character.charCodeAt(at))).join('');
}

function unit(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`;
}
