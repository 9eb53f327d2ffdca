import type { JsonObject, JsonValue } from '../../canonical/json.ts';
import { jsonExcess } from './json-scan.ts';

interface Parsed {
  readonly text: string;
  readonly value: JsonValue;
}

/** After this many texts that differ too much, no more are compared. */
const MAX_MISSES = 8;

/**
 * Parses a series of similar JSON texts. Most events of a stream differ from the one before in one string only, the
 * next piece of the reply: then only that string is read, which takes a third of the time.
 */
export class JsonSeries {
  #last: Parsed | undefined;
  #template: Template | undefined;
  #misses = 0;

  /** Like `JSON.parse`, but refuses texts that are too expensive. The result may share objects with the one before. */
  parse(text: string): JsonValue {
    const filled = this.#template?.fill(text);
    if (filled !== undefined) {
      this.#misses = 0;
      return filled;
    }
    if (jsonExcess(text) !== undefined) throw new SyntaxError('The JSON is too large to parse.');
    const value = JSON.parse(text) as JsonValue;
    if (this.#misses < MAX_MISSES) this.#compare({ text, value });
    return value;
  }

  #compare(parsed: Parsed): void {
    const found = this.#last && templateOf(this.#last, parsed);
    if (found) this.#template = found;
    else this.#misses += 1;
    this.#last = parsed;
  }
}

/** The property names and list indexes that lead to a value. */
type Path = readonly string[];

/** A text in which only one string varies. */
class Template {
  readonly #before: string;
  readonly #after: string;
  readonly #value: JsonValue;
  readonly #path: Path;

  /** `start` and `end` delimit the content of the string, which is at `path` in the value. */
  constructor({ text, value }: Parsed, { start, end, path }: Place) {
    this.#before = text.slice(0, start);
    this.#after = text.slice(end);
    this.#value = value;
    this.#path = path;
  }

  /** The value of a text; `undefined` if it differs elsewhere. */
  fill(text: string): JsonValue | undefined {
    const start = this.#before.length;
    const end = text.length - this.#after.length;
    // Slices compare faster than `startsWith`.
    if (end < start || text.slice(0, start) !== this.#before || text.slice(end) !== this.#after)
      return undefined;
    const written = text.slice(start, end);
    const string = isPlain(written) ? written : unescaped(written);
    return string === undefined ? undefined : this.#with(string, this.#value, 0);
  }

  /** A copy of `value` with the string at the path replaced; `depth` steps of the path are left. */
  #with(string: string, value: JsonValue, depth: number): JsonValue {
    const name = this.#path[depth];
    if (name === undefined) return string;
    const copy = (Array.isArray(value) ? value.slice() : { ...(value as JsonObject) }) as Record<
      string,
      JsonValue
    >;
    copy[name] = this.#with(string, copy[name] ?? null, depth + 1);
    return copy;
  }
}

interface Place {
  readonly start: number;
  readonly end: number;
  readonly path: Path;
}

/** Whether a string needs no escapes in JSON. */
function isPlain(text: string): boolean {
  return !/["\\\p{Cc}]/u.test(text);
}

/** Unescapes the content of a JSON string; `undefined` if it is not exactly one. */
function unescaped(written: string): string | undefined {
  try {
    return JSON.parse(`"${written}"`) as string;
  } catch {
    return undefined;
  }
}

/** The template of two texts that differ in exactly one string. */
function templateOf(last: Parsed, parsed: Parsed): Template | undefined {
  const change = changeOf(last.value, parsed.value);
  if (typeof change === 'string' || !isPlain(change.is)) return undefined;
  const { path, was, is } = change;
  const { text } = parsed;
  const start = commonLength(last.text, text) - commonLength(was, is);
  const end = start + is.length;
  const isThere = text[start - 1] === '"' && text[end] === '"' && text.startsWith(is, start);
  return isThere && last.text.endsWith(text.slice(end))
    ? new Template(parsed, { start, end, path })
    : undefined;
}

interface Change {
  readonly path: Path;
  readonly was: string;
  readonly is: string;
}

/** The difference between two values, if it is exactly one string. */
function changeOf(was: JsonValue, is: JsonValue): Change | 'none' | 'another' {
  if (was === is) return 'none';
  if (typeof was === 'string' && typeof is === 'string') return { path: [], was, is };
  if (!isGroup(was) || !isGroup(is) || Array.isArray(was) !== Array.isArray(is)) return 'another';
  const names = Object.keys(is);
  if (names.length !== Object.keys(was).length || !names.every((name) => Object.hasOwn(was, name)))
    return 'another';
  let found: Change | 'none' = 'none';
  for (const name of names) {
    const inside = changeOf(was[name] ?? null, is[name] ?? null);
    if (inside === 'none') continue;
    if (inside === 'another' || found !== 'none') return 'another';
    found = { ...inside, path: [name, ...inside.path] };
  }
  return found;
}

/** Lists count as objects with numeric names. */
function isGroup(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null;
}

/** The length of the common prefix. */
function commonLength(one: string, other: string): number {
  const most = Math.min(one.length, other.length);
  let at = 0;
  while (at < most && one[at] === other[at]) at += 1;
  return at;
}
