import { type Reading, reject, type TextReader } from '@dragoman/plugin';

/** Lists and dictionaries may nest as deep as this. */
const MAX_DEPTH = 100;
const STRING_END = { '"': /["\\]/g, "'": /['\\]/g } as const;
const WORD_END = /[^\p{L}\p{N}_]/gu;
const NUMBER_END = /[^\w.+-]/g;
const NUMBER = /^-?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

const WORDS = new Map([
  ['True', 'true'],
  ['true', 'true'],
  ['False', 'false'],
  ['false', 'false'],
  ['None', 'null'],
  ['null', 'null'],
]);

/** Reads a Python literal and gives it as compact JSON. Rejects names, operators, calls and whatever else is computed. */
export function* readLiteral(text: TextReader, depth: number = 0): Reading<string> {
  if (depth > MAX_DEPTH) reject();
  const char = yield* text.peek();
  if (char === '"' || char === "'") return JSON.stringify(yield* readString(text));
  if (char === '[' || char === '(') return yield* readList(text, depth + 1);
  if (char === '{') return yield* readDictionary(text, depth + 1);
  if (/[\d.-]/.test(char)) return jsonNumber(yield* text.until(NUMBER_END));
  return WORDS.get(yield* text.until(WORD_END)) ?? reject();
}

/** JSON needs digits on both sides of the point. */
function jsonNumber(written: string): string {
  if (!NUMBER.test(written)) reject();
  return written.replace(/^(-?)\./, '$10.').replace(/\.(?!\d)/, '.0');
}

function* readList(text: TextReader, depth: number): Reading<string> {
  const isTuple = (yield* text.next()) === '(';
  const end = isTuple ? ')' : ']';
  const values: string[] = [];
  let hasComma = false;
  for (;;) {
    yield* text.spaces();
    if (yield* text.takes(end)) break;
    if (values.length > 0 && !hasComma) reject();
    values.push(yield* readLiteral(text, depth));
    yield* text.spaces();
    hasComma = yield* text.takes(',');
  }
  // Parentheses around one value only group it.
  return isTuple && values.length === 1 && !hasComma ? (values[0] ?? '') : `[${values.join(',')}]`;
}

function* readDictionary(text: TextReader, depth: number): Reading<string> {
  text.skip(1);
  const members: string[] = [];
  let hasComma = true;
  for (;;) {
    yield* text.spaces();
    if (yield* text.takes('}')) break;
    if (!hasComma) reject();
    const first = yield* text.peek();
    if (first !== '"' && first !== "'") reject();
    const key = yield* readString(text);
    yield* text.spaces();
    if (!(yield* text.takes(':'))) reject();
    yield* text.spaces();
    members.push(`${JSON.stringify(key)}:${yield* readLiteral(text, depth)}`);
    yield* text.spaces();
    hasComma = yield* text.takes(',');
  }
  return `{${members.join(',')}}`;
}

/** Line breaks in a string are tolerated. */
export function* readString(text: TextReader): Reading<string> {
  const quote = (yield* text.next()) === '"' ? '"' : "'";
  let value = '';
  for (;;) {
    value += yield* text.until(STRING_END[quote]);
    const char = yield* text.next();
    if (char === quote) return value;
    if (char === '') reject();
    value += yield* readEscape(text);
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  ...{ n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v', a: '\u0007', '0': '\0' },
  ...{ '\\': '\\', "'": "'", '"': '"', '\n': '' },
};
const HEX: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** An escape after its backslash. One that Python does not know stays as it is. */
function* readEscape(text: TextReader): Reading<string> {
  const char = yield* text.next();
  const digits = HEX[char];
  if (digits === undefined) return ESCAPES[char] ?? `\\${char}`;
  let hex = '';
  while (hex.length < digits) hex += (yield* text.next()) || reject();
  const code = /^[\da-f]+$/i.test(hex) ? Number.parseInt(hex, 16) : Infinity;
  return code > 0x10_ff_ff ? reject() : digits === 4 ? String.fromCharCode(code) : String.fromCodePoint(code);
}
