/** What a valid reply of status 200 is, on either path to the client. */
import { GatewayError } from '../canonical/errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../canonical/json.ts';
import {
  CLOSE_BRACKET,
  jsonExcess,
  MAX_JSON_PARTS,
  OPEN_BRACE,
  OPEN_BRACKET,
} from '../transport/json/json-scan.ts';
import { skipSpace, topFields } from '../transport/json/json-walk.ts';
import { parseJson } from './reply-text.ts';

const KINDS = {
  list: (bytes, start) => bytes[start] === OPEN_BRACKET,
  /** A non-empty list. */
  entries: (bytes, start) =>
    bytes[start] === OPEN_BRACKET && bytes[skipSpace(bytes, start + 1)] !== CLOSE_BRACKET,
  object: (bytes, start) => bytes[start] === OPEN_BRACE,
  number: (bytes, start) => isDigit(bytes[start]),
} satisfies Record<string, (bytes: Buffer, start: number) => boolean>;

function isDigit(byte = 0): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/**
 * The fields of which a whole reply must have one. Servers omit many, so only indispensable ones belong here.
 */
export type AnswerShape = Readonly<Record<string, keyof typeof KINDS>>;

export const ANSWER_KINDS = Object.keys(KINDS) as readonly (keyof typeof KINDS)[];

/** Whether a JSON text is a valid reply. It is read only up to the deciding field, and not parsed. */
export function isAnswer(json: Buffer, shape: AnswerShape): boolean {
  for (const { name, start } of topFields(json)) {
    const kind = Object.hasOwn(shape, name) ? shape[name] : undefined;
    if (kind && KINDS[kind](json, start)) return true;
  }
  return false;
}

/** The error for JSON that is not a valid reply, in the upstream's own words if it has any. */
export function noAnswer(reply: JsonValue): GatewayError {
  const words = wordsIn(reply);
  const message = 'The upstream returned JSON that is not a valid reply';
  return new GatewayError('upstream-broken', words === undefined ? `${message}.` : `${message}: ${words}`);
}

/** The most that is repeated of an upstream's message, in characters. */
export const MAX_WORDS = 2000;

/** Common names for the text of an error. */
const WORDS = ['message', 'detail', 'msg', 'error_msg', 'error_description', 'error', 'title'];

/** The error text in a reply. */
export function wordsIn(reply: JsonValue): string | undefined {
  const texts = isJsonObject(reply) ? WORDS.map((name) => reply[name]) : [reply];
  const words = texts.find((text) => typeof text === 'string' && text !== '') as string | undefined;
  return words?.slice(0, MAX_WORDS);
}

/**
 * The error of a reply: its `error` object, or else the reply itself with the error text in `message`. Compatible
 * servers and proxies may send only a text, or omit the object around the fields.
 */
export function errorObject(reply: JsonValue | undefined): JsonObject {
  if (!isJsonObject(reply)) return {};
  const { error } = reply;
  return isJsonObject(error) ? error : { ...reply, message: wordsIn(reply) ?? null };
}

/** Parses a whole reply. */
export function parseReply(text: string): JsonValue {
  const value = parseJson(text);
  if (value === undefined) throw notJson(text);
  return value;
}

/** The error for a reply that cannot be parsed. */
export function notJson(text: string): GatewayError {
  return new GatewayError('upstream-broken', `The upstream returned ${whatIs(text)}`);
}

function whatIs(text: string): string {
  const start = text.trimStart();
  if (start === '') return 'an empty body.';
  if (start.startsWith('<')) return 'a web page instead of JSON; is its base URL correct?';
  const excess = jsonExcess(text);
  if (excess === 'parts') {
    const limit = MAX_JSON_PARTS.toLocaleString('en');
    return `JSON of more than ${limit} objects, lists and fields.`;
  }
  return excess === 'depth' ? 'JSON that nests deeper than 512 levels.' : 'something that is not JSON.';
}
