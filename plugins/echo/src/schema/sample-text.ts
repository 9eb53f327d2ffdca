import { FORMATS } from './formats.ts';
import { readNumber, type Schema } from './read-schema.ts';
import { samplePattern } from './sample-pattern.ts';

const WORD = 'echo';
/** Longer texts are not made: nobody learns from them. */
const MAX_LENGTH = 10_000;
const VARIANTS = 100;

/** Texts that may satisfy a schema, the plainest first. */
export function* sampleText(schema: Schema): Generator<string> {
  const { pattern, format } = schema;
  const least = readNumber(schema, 'minLength') ?? 0;
  const most = readNumber(schema, 'maxLength') ?? Infinity;
  if (least > MAX_LENGTH) return;
  const known = typeof format === 'string' ? FORMATS.get(format) : undefined;
  if (known) yield known.example;
  if (typeof pattern === 'string') yield* textsForPattern(pattern, least);
  else if (!known) yield* words(least, most);
}

function* textsForPattern(pattern: string, least: number): Generator<string> {
  for (const repeat of new Set([0, 1, 2, 3, least])) {
    const text = samplePattern(pattern, repeat);
    if (text === undefined || text.length > MAX_LENGTH) return;
    yield text;
    yield text.padEnd(least, WORD);
  }
}

/** `echo`, then `echo2`, `echo3`, … for lists of texts that must differ. */
function* words(least: number, most: number): Generator<string> {
  yield WORD.slice(0, most).padEnd(least, WORD);
  for (let number = 2; number < VARIANTS; number += 1) {
    const ending = String(number);
    const room = Math.max(least, Math.min(most, WORD.length + ending.length)) - ending.length;
    if (room >= 0) yield WORD.slice(0, room).padEnd(room, WORD) + ending;
  }
}
