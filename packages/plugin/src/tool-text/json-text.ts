import { isJsonObject, type JsonValue } from '../canonical/json.ts';
import { parseJson } from '../codec/reply-text.ts';
import type { Reading, TextReader } from './text-reader.ts';

const STRUCTURE = /["{}[\]]/g;
/** A quote, a backslash, or a control character. */
const IN_STRING = /[^ -!#-[\]-\uffff]/g;
const LITERAL_END = /[\s,}\]]/g;

type OnPiece = (piece: string) => void;

/**
 * Reads an object or list, which is next, and passes its text on as it is. Only a raw control character in a string,
 * which is invalid and which models write in code, becomes its escape. `false`: the text ended within it.
 */
export function* scanJson(text: TextReader, onPiece: OnPiece): Reading<boolean> {
  let depth = 0;
  do {
    onPiece(yield* text.piece(STRUCTURE));
    // The piece may have ended elsewhere: more had not arrived.
    const char = yield* text.next();
    onPiece(char);
    if (char === '') return false;
    if (char === '"') yield* scanRestOfString(text, onPiece);
    else if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') depth -= 1;
  } while (depth > 0);
  return true;
}

/** Reads a string after its first quote, its last quote included. `false`: the text ended within it. */
function* scanRestOfString(text: TextReader, onPiece: OnPiece): Reading<boolean> {
  for (;;) {
    onPiece(yield* text.piece(IN_STRING));
    const char = yield* text.next();
    if (char === '') return false;
    if (char === '\\') {
      const next = yield* text.next();
      onPiece(char + next);
    } else if (char === '"') {
      onPiece(char);
      return true;
    } else onPiece(char < ' ' ? JSON.stringify(char).slice(1, -1) : char);
  }
}

/** Reads a string and decodes it. `undefined`: none is next, or it is invalid. */
export function* scanString(text: TextReader): Reading<string | undefined> {
  if (!(yield* text.takes('"'))) return undefined;
  let raw = '"';
  if (!(yield* scanRestOfString(text, (piece) => (raw += piece)))) return undefined;
  const value = parseJson(raw);
  return typeof value === 'string' ? value : undefined;
}

/** Reads a number, `true`, `false`, `null` or what stands in their place. */
export function* scanLiteral(text: TextReader): Reading<string> {
  return yield* text.until(LITERAL_END);
}

/** Reads past a value. `false`: none is next, or the text ended within it. */
export function* skipJson(text: TextReader): Reading<boolean> {
  const char = yield* text.peek();
  if (char === '{' || char === '[') return yield* scanJson(text, () => {});
  if (char === '"') {
    text.skip(1);
    return yield* scanRestOfString(text, () => {});
  }
  let isThere = false;
  for (;;) {
    const piece = yield* text.piece(LITERAL_END);
    if (piece === '') return isThere;
    isThere = true;
  }
}

/** Escapes the raw control characters in the strings of a JSON text, as {@link scanJson} does. */
export function escapeControls(json: string): string {
  let isString = false;
  return json.replaceAll(/\\[^]|[^ -!#-[\]-\uffff]/g, (found) => {
    if (found === '"') isString = !isString;
    return isString && found < ' ' ? JSON.stringify(found).slice(1, -1) : found;
  });
}

/** Arguments that were written as a string: the JSON object in it. `undefined`: there is none. */
export function decodedArguments(text: string): string | undefined {
  const json = escapeControls(text.trim());
  if (json === '' || json === 'null') return '{}';
  const value: JsonValue | undefined = parseJson(json);
  return isJsonObject(value) ? json : undefined;
}
