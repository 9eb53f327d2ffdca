import { type Reading, reject, type TextReader } from '@dragoman/plugin';

const DOUBLE = /["\\]/g;
const SINGLE = /['\\]/g;
/** Whatever may open or close something, and whatever may precede a string in single quotes. */
const STRUCTURE = /[^\p{L}\p{N}_\s.-]/gu;
const BEFORE_SINGLE = '{[,:(';

/** Takes a whole object or list, which is next, as its text. Rejects one that breaks off. */
export function* readValue(text: TextReader): Reading<string> {
  let value = '';
  let depth = 0;
  let before = '';
  do {
    const plain = yield* text.piece(STRUCTURE);
    value += plain;
    before = plain.trim() === '' ? before : 'x';
    const char = yield* text.next();
    if (char === '') reject();
    value += char;
    if (char === '"') value += yield* restOfString(text, char);
    // An apostrophe elsewhere is one.
    else if (char === "'" && BEFORE_SINGLE.includes(before)) value += yield* restOfString(text, char);
    else if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') depth -= 1;
    if (char.trim() !== '') before = char;
  } while (depth > 0);
  return value;
}

function* restOfString(text: TextReader, quote: string): Reading<string> {
  let rest = '';
  for (;;) {
    rest += yield* text.until(quote === '"' ? DOUBLE : SINGLE);
    const char = yield* text.next();
    if (char === '') reject();
    rest += char;
    if (char === quote) return rest;
    rest += yield* text.next();
  }
}
