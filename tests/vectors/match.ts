import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type JsonObject, type JsonValue } from '@dragoman/plugin';

/** Where a comparison stands: the path to it, the whole value, and what `$bind` has named so far. */
interface Place {
  readonly path: string;
  readonly root: JsonValue | undefined;
  readonly bound: Map<string, JsonValue>;
}

type Actual = JsonValue | undefined;
/** Gives what is wrong; nothing when all is well. */
type Operator = (wanted: JsonValue, actual: Actual, place: Place) => readonly string[];

/**
 * Compares a value with a partial one. Objects are subsets, arrays are equal in length and compared in order,
 * scalars are equal; an object whose keys all begin with `$` holds operators, and all of them must agree.
 * Gives one line for each difference.
 */
export function match(wanted: JsonValue, actual: Actual): readonly string[] {
  return compare(wanted, actual, { path: '$', root: actual, bound: new Map() });
}

/** Whether each wanted frame occurs, in order; others may lie between. */
export function matchInOrder(wanted: readonly JsonValue[], actual: readonly JsonValue[]): readonly string[] {
  const bound = new Map<string, JsonValue>();
  let next = 0;
  for (const frame of wanted) {
    const found = actual.findIndex((candidate, at) => {
      if (at < next) return false;
      const tried = new Map(bound);
      if (compare(frame, candidate, { path: '$', root: [...actual], bound: tried }).length > 0) return false;
      for (const [name, value] of tried) bound.set(name, value);
      return true;
    });
    if (found < 0) return [`no frame in order is like ${show(frame)}`];
    next = found + 1;
  }
  return [];
}

function compare(wanted: JsonValue, actual: Actual, place: Place): readonly string[] {
  if (isOperators(wanted)) return operate(wanted, actual, place);
  if (Array.isArray(wanted)) {
    if (!Array.isArray(actual)) return fail(place, `is no array but ${show(actual)}`);
    if (actual.length !== wanted.length) {
      return fail(place, `has ${actual.length} entries, not ${wanted.length}: ${show(actual)}`);
    }
    return wanted.flatMap((entry: JsonValue, at) => compare(entry, actual[at], below(place, `[${at}]`)));
  }
  if (isJsonObject(wanted)) {
    if (!isJsonObject(actual)) return fail(place, `is no object but ${show(actual)}`);
    return Object.entries(wanted).flatMap(([key, entry]) =>
      compare(entry ?? null, actual[key], below(place, `.${key}`)),
    );
  }
  return Object.is(wanted, actual) ? [] : fail(place, `is ${show(actual)}, not ${show(wanted)}`);
}

function isOperators(value: JsonValue): value is JsonObject {
  if (!isJsonObject(value)) return false;
  const keys = Object.keys(value);
  return keys.length > 0 && keys.every((key) => Object.hasOwn(OPERATORS, key));
}

function operate(operators: JsonObject, actual: Actual, place: Place): readonly string[] {
  const mayLack = ['$absent', '$oneOf', '$not'].some((name) => Object.hasOwn(operators, name));
  if (actual === undefined && !mayLack) return fail(place, 'is missing');
  return Object.entries(operators).flatMap(
    ([name, wanted]) => OPERATORS[name]?.(wanted ?? null, actual, place) ?? [],
  );
}

const OPERATORS: Readonly<Record<string, Operator>> = {
  $any: () => [],
  $absent: (wanted, actual, place) =>
    wanted === true && actual !== undefined && actual !== null
      ? fail(place, `should be absent and is ${show(actual)}`)
      : [],
  $match: (pattern, actual, place) =>
    check(typeof actual === 'string' && new RegExp(textOf(pattern), 's').test(actual), place, () => [
      `does not match ${show(pattern)}: ${show(actual)}`,
    ]),
  $type: (type, actual, place) =>
    check(type === 'array' ? Array.isArray(actual) : typeof actual === type, place, () => [
      `is no ${show(type)} but ${show(actual)}`,
    ]),
  $contains: (wanted, actual, place) =>
    listOf(wanted)
      .filter((entry) => !listOf(actual).some((candidate) => isLike(entry, candidate, place)))
      .flatMap((entry) => fail(place, `has no entry like ${show(entry)}`)),
  $every: (wanted, actual, place) =>
    Array.isArray(actual)
      ? actual.flatMap((entry: JsonValue, at) => compare(wanted, entry, below(place, `[${at}]`)))
      : fail(place, 'is no array'),
  $len: (length, actual, place) =>
    check(lengthOf(actual) === length, place, () => [`has length ${lengthOf(actual)}, not ${show(length)}`]),
  $json: (wanted, actual, place) => {
    const value = typeof actual === 'string' ? parse(actual) : undefined;
    return value === undefined
      ? fail(place, `is no JSON: ${show(actual)}`)
      : compare(wanted, value, below(place, '(json)'));
  },
  $text: (text, actual, place) =>
    check(JSON.stringify(actual).includes(textOf(text)), place, () => [`does not hold ${show(text)}`]),
  $gte: (least, actual, place) =>
    check(Number(actual) >= Number(least), place, () => [`is ${show(actual)}, below ${show(least)}`]),
  $lt: (bound, actual, place) =>
    check(Number(actual) < Number(bound), place, () => [`is ${show(actual)}, not below ${show(bound)}`]),
  $ltPath: (path, actual, place) => {
    const other = textOf(path)
      .split('.')
      .reduce<Actual>((value, key) => (isJsonObject(value) ? value[key] : undefined), place.root);
    return check(Number(actual) < Number(other), place, () => [
      `is ${show(actual)}, not below ${textOf(path)} = ${show(other)}`,
    ]);
  },
  $bind: (name, actual, { bound, ...place }) => {
    const key = textOf(name);
    if (!bound.has(key)) bound.set(key, actual ?? null);
    return check(isDeepStrictEqual(bound.get(key), actual), { ...place, bound }, () => [
      `differs from the earlier ${key}`,
    ]);
  },
  $envelope: (wanted, actual, place) => {
    const envelope = typeof actual === 'string' ? parse(Buffer.from(actual, 'base64').toString()) : undefined;
    return isJsonObject(envelope) && envelope['gw'] === 1
      ? compare(wanted, envelope, below(place, '(envelope)'))
      : fail(place, `is no envelope: ${show(actual)}`);
  },
  $oneOf: (alternatives, actual, place) =>
    check(
      listOf(alternatives).some((wanted) => isLike(wanted, actual, place)),
      place,
      () => [`matches no alternative: ${show(actual)}`],
    ),
  $not: (unwanted, actual, place) =>
    check(!isLike(unwanted, actual, place), place, () => [`is what it must not be: ${show(actual)}`]),
};

/** Tries without leaving a trace in the names that are bound. */
function isLike(wanted: JsonValue, actual: Actual, place: Place): boolean {
  return compare(wanted, actual, { ...place, bound: new Map(place.bound) }).length === 0;
}

function check(isRight: boolean, place: Place, explain: () => readonly string[]): readonly string[] {
  return isRight ? [] : explain().flatMap((text) => fail(place, text));
}

function fail({ path }: Place, text: string): readonly string[] {
  return [`${path} ${text}`];
}

function below(place: Place, step: string): Place {
  return { ...place, path: place.path + step };
}

function listOf(value: Actual): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}

function lengthOf(value: Actual): number | undefined {
  return typeof value === 'string' || Array.isArray(value) ? value.length : undefined;
}

function textOf(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function parse(text: string): Actual {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

function show(value: Actual): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 200);
}
