import type { JsonObject, JsonValue } from '../../canonical/json.ts';
import { jsonExcess } from './json-scan.ts';

interface Parsed {
  readonly text: string;
  readonly value: JsonValue;
}

/** After so many texts that were not alike, no more are compared. */
const MAX_MISSES = 8;

/**
 * Parses JSON texts of one kind, one after the other. Most events of a stream differ from the one before in one
 * string only, the next piece of the reply: then that alone is read, which takes a third of the time.
 */
export class JsonSeries {
  #last: Parsed | undefined;
  #template: Template | undefined;
  #misses = 0;

  /** As `JSON.parse`, but for texts that cost too much. What did not change may be the very same object as in the value before. */
  parse(text: string): JsonValue {
    const filled = this.#template?.fill(text);
    if (filled !== undefined) {
      this.#misses = 0;
      return filled;
    }
    if (jsonExcess(text) !== undefined) throw new SyntaxError('The JSON costs too much to parse.');
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

/** The names of properties, and the places in lists, that lead to a value. */
type Path = readonly string[];

/** A text in which only one string changes. */
class Template {
  readonly #before: string;
  readonly #after: string;
  readonly #value: JsonValue;
  readonly #path: Path;

  /** `start` and `end` are those of what is written in the string, which is at `path` in the value. */
  constructor({ text, value }: Parsed, { start, end, path }: Place) {
    this.#before = text.slice(0, start);
    this.#after = text.slice(end);
    this.#value = value;
    this.#path = path;
  }

  /** The value of a text; `undefined` where something else has changed. */
  fill(text: string): JsonValue | undefined {
    const start = this.#before.length;
    const end = text.length - this.#after.length;
    // By slices, since they are compared faster than by `startsWith`.
    if (end < start || text.slice(0, start) !== this.#before || text.slice(end) !== this.#after)
      return undefined;
    const written = text.slice(start, end);
    const string = isPlain(written) ? written : unescaped(written);
    return string === undefined ? undefined : this.#with(string, this.#value, 0);
  }

  /** A copy of `value`, to which the path leads in `depth` steps, with another string in it. */
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

/** Whether letters stand for themselves between quotation marks. */
function isPlain(text: string): boolean {
  return !/["\\\p{Cc}]/u.test(text);
}

/** The string that is written so; `undefined` where this is not just one. */
function unescaped(written: string): string | undefined {
  try {
    return JSON.parse(`"${written}"`) as string;
  } catch {
    return undefined;
  }
}

/** What two texts have in common, where they differ in one string and nowhere else. */
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

/** How a value differs from another, where it does so in one string and nowhere else. */
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

/** Lists count as objects with numbers for names. */
function isGroup(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null;
}

/** How many letters two texts begin with alike. */
function commonLength(one: string, other: string): number {
  const most = Math.min(one.length, other.length);
  let at = 0;
  while (at < most && one[at] === other[at]) at += 1;
  return at;
}
