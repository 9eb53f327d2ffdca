/** What a reply of status 200 has to be, on whichever way it goes to the client. */
import { GatewayError } from '../canonical/errors.ts';
import { isJsonObject, type JsonValue } from '../canonical/json.ts';
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
  /** A list that is not empty. */
  entries: (bytes, start) =>
    bytes[start] === OPEN_BRACKET && bytes[skipSpace(bytes, start + 1)] !== CLOSE_BRACKET,
  object: (bytes, start) => bytes[start] === OPEN_BRACE,
  number: (bytes, start) => isDigit(bytes[start]),
} satisfies Record<string, (bytes: Buffer, start: number) => boolean>;

function isDigit(byte = 0): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/**
 * What a client cannot do without in a whole reply: one of these fields of the object itself. Servers leave out much,
 * so nothing else belongs here.
 */
export type AnswerShape = Readonly<Record<string, keyof typeof KINDS>>;

export const ANSWER_KINDS = Object.keys(KINDS) as readonly (keyof typeof KINDS)[];

/** Whether a JSON text is an answer. It is only read up to the field that decides, and not parsed. */
export function isAnswer(json: Buffer, shape: AnswerShape): boolean {
  for (const { name, start } of topFields(json)) {
    const kind = Object.hasOwn(shape, name) ? shape[name] : undefined;
    if (kind && KINDS[kind](json, start)) return true;
  }
  return false;
}

/** What it means that a reply is JSON and no answer, in the upstream's own words where it has some. */
export function noAnswer(reply: JsonValue): GatewayError {
  const words = wordsIn(reply);
  const message = 'The upstream answered with JSON that is no answer of its API';
  return new GatewayError('upstream-broken', words === undefined ? `${message}.` : `${message}: ${words}`);
}

/** The most that is repeated of them, in characters. */
export const MAX_WORDS = 2000;

/** By how servers and proxies name the text of an error. */
const WORDS = ['message', 'detail', 'msg', 'error_msg', 'error_description', 'error', 'title'];

/** What an upstream says of its failure. */
export function wordsIn(reply: JsonValue): string | undefined {
  const texts = isJsonObject(reply) ? WORDS.map((name) => reply[name]) : [reply];
  const words = texts.find((text) => typeof text === 'string' && text !== '') as string | undefined;
  return words?.slice(0, MAX_WORDS);
}

/** Parses a whole reply. */
export function parseReply(text: string): JsonValue {
  const value = parseJson(text);
  if (value === undefined) throw notJson(text);
  return value;
}

/** What it means that a reply cannot be parsed. */
export function notJson(text: string): GatewayError {
  return new GatewayError('upstream-broken', `The upstream answered with ${whatIs(text)}`);
}

function whatIs(text: string): string {
  const start = text.trimStart();
  if (start === '') return 'an empty body.';
  if (start.startsWith('<')) return 'a web page and not with JSON; is its base URL right?';
  const excess = jsonExcess(text);
  if (excess === 'parts') {
    const limit = MAX_JSON_PARTS.toLocaleString('en');
    return `JSON of more than ${limit} objects, lists and fields.`;
  }
  return excess === 'depth' ? 'JSON that nests deeper than 512 levels.' : 'something that is not JSON.';
}
