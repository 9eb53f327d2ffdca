/** Invisible characters: controls, direction marks, joiners, line separators, lone surrogates. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** The same within JSON, where line breaks are only layout. */
const UNSEEN_IN_JSON = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

const SEEN = /^[\x20-\x7e\n]*$/;

/**
 * Any text for a terminal, as one line. Characters that would move the cursor, change colours, or hide or reorder
 * others are shown as escapes, such as `\x1b`.
 */
export function visible(text: string): string {
  return text.replaceAll(UNSEEN, escaped);
}

/** JSON of the same value without invisible characters. */
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
