import { GatewayError } from '../canonical/errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../canonical/json.ts';
import { jsonExcess, MAX_JSON_DEPTH } from '../transport/json/json-scan.ts';
import { RequestTally } from './request-tally.ts';

/** More tokens than any model writes. */
export const MAX_TOKENS = 10_000_000;
/** More answers than any upstream gives to one request. */
const MAX_CHOICES = 1_024;

/**
 * Reads the fields of a client's JSON object strictly: a wrong type is refused with the field's path. `null` counts as
 * absent, as in all four protocols. {@link rest} has the fields that nobody read, so nothing gets lost.
 */
export class FieldReader {
  readonly #object: JsonObject;
  readonly #path: string;
  readonly #read = new Set<string>();
  /** Shared by all readers of a request. */
  readonly #tally: RequestTally;

  /** `path` is the object's place in the request: `messages[2]`. Empty for the request itself. */
  constructor(object: JsonObject, path = '', tally = new RequestTally()) {
    this.#object = object;
    this.#path = path;
    this.#tally = tally;
  }

  /** A reader of any value that must be an object. */
  static of(value: JsonValue | undefined, path: string, tally?: RequestTally): FieldReader {
    if (!isJsonObject(value)) throw refuse(path, 'an object', value);
    return new FieldReader(value, path, tally);
  }

  /** The path of a field, for messages. */
  at(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`;
  }

  /** The object itself. */
  all(): JsonObject {
    return this.#object;
  }

  /** A field of any type; `undefined` when absent or null. */
  value(name: string): JsonValue | undefined {
    this.#read.add(name);
    return (Object.hasOwn(this.#object, name) ? this.#object[name] : undefined) ?? undefined;
  }

  string(name: string): string {
    return this.required(name, this.optionalString(name), 'a string');
  }

  optionalString(name: string): string | undefined {
    const value = this.value(name);
    if (value === undefined || typeof value === 'string') return value;
    throw refuse(this.at(name), 'a string', value);
  }

  optionalNumber(name: string): number | undefined {
    const value = this.value(name);
    if (value === undefined || typeof value === 'number') return value;
    throw refuse(this.at(name), 'a number', value);
  }

  /** An integer from `least` to `most`. */
  optionalInteger(name: string, least = 0, most = Infinity): number | undefined {
    const value = this.optionalNumber(name);
    if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return value;
    const range = most === Infinity ? `of at least ${least}` : `from ${least} to ${most}`;
    throw refuse(this.at(name), `an integer ${range}`, value);
  }

  /** A token limit. */
  optionalTokens(name: string, least = 1): number | undefined {
    return this.optionalInteger(name, least, MAX_TOKENS);
  }

  /** A number of choices. */
  optionalChoices(name: string): number | undefined {
    return this.optionalInteger(name, 1, MAX_CHOICES);
  }

  optionalBoolean(name: string): boolean | undefined {
    const value = this.value(name);
    if (value === undefined || typeof value === 'boolean') return value;
    throw refuse(this.at(name), 'true or false', value);
  }

  /** One of a few strings. */
  optionalOneOf<const T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    const found = allowed.find((option) => option === value);
    if (found !== undefined) return found;
    throw refuse(
      this.at(name),
      `one of ${allowed.map((option) => JSON.stringify(option)).join(', ')}`,
      value,
    );
  }

  optionalObject(name: string): JsonObject | undefined {
    const value = this.value(name);
    if (value === undefined || isJsonObject(value)) return value;
    throw refuse(this.at(name), 'an object', value);
  }

  /** A reader of a field that is an object. */
  optionalReader(name: string): FieldReader | undefined {
    const value = this.optionalObject(name);
    return value && new FieldReader(value, this.at(name), this.#tally);
  }

  reader(name: string): FieldReader {
    return this.required(name, this.optionalReader(name), 'an object');
  }

  optionalArray(name: string): readonly JsonValue[] | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) throw refuse(this.at(name), 'an array', value);
    this.#tally.countEntries(value.length, this.at(name));
    return value as readonly JsonValue[];
  }

  /** A reader for each entry of an array of objects; none if the field is absent. */
  readers(name: string): readonly FieldReader[] {
    return (this.optionalArray(name) ?? []).map((value, at) =>
      FieldReader.of(value, `${this.at(name)}[${at}]`, this.#tally),
    );
  }

  optionalStrings(name: string): readonly string[] | undefined {
    return this.optionalArray(name)?.map((value, at) => {
      if (typeof value === 'string') return value;
      throw refuse(`${this.at(name)}[${at}]`, 'a string', value);
    });
  }

  /** Counts the object as a tool call of the history; a request may contain only so many. */
  countToolCall(): void {
    this.#tally.countToolCall(this.#path);
  }

  /** The text of a tool call's arguments; `{}` if there are none. */
  callArguments(): string {
    const text = this.optionalString('arguments') || '{}';
    const excess = jsonExcess(text);
    if (excess === 'depth') throw this.invalid('arguments', `nests deeper than ${MAX_JSON_DEPTH} levels`);
    if (excess === 'parts') throw this.invalid('arguments', 'has too many objects, lists and fields');
    return text;
  }

  /** The fields that were not read; `undefined` when there are none. */
  rest(): JsonObject | undefined {
    const left = Object.entries(this.#object).filter(
      ([name, value]) => !this.#read.has(name) && value !== null,
    );
    this.#tally.countUnknownFields(left.length, this.#path || 'The request body');
    return left.length > 0 ? Object.fromEntries(left) : undefined;
  }

  /** Refuses a field for a reason of the caller: `messages[0].content must not be empty.` */
  invalid(name: string, mustOrIs: string, code?: string): GatewayError {
    return invalidField(this.at(name), mustOrIs, code);
  }

  required<T>(name: string, value: T | undefined, expected: string): T {
    if (value !== undefined) return value;
    throw invalidField(this.at(name), `is required; expected ${expected}`, 'missing_required_parameter');
  }
}

/** A refusal of one field: `tools[0].type must be "function"`. */
export function invalidField(path: string, mustOrIs: string, code = 'invalid_value'): GatewayError {
  return new GatewayError('invalid', `${path} ${mustOrIs}.`, { field: path, code });
}

function refuse(path: string, expected: string, found: JsonValue | undefined): GatewayError {
  const field = path === '' ? 'The request body' : path;
  return invalidField(field, `must be ${expected}, not ${describe(found)}`, 'invalid_type');
}

function describe(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return 'empty';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string') return value.length <= 40 ? JSON.stringify(value) : 'a long string';
  return String(value);
}
