import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  endOfString,
  MAX_JSON_DEPTH,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from '@dragoman/plugin/internal/transport/json/json-scan';

const COMMA = 0x2c;

/** Fields of the root object. No protocol defines a tenth of it. */
const MAX_TOP_FIELDS = 1_000;
/** Fields of any nested object, such as the arguments of a call. */
const MAX_FIELDS = 10_000;
/** Fields of all objects together, so that many wide objects cost no more than a few. */
const MAX_TOTAL_FIELDS = 250_000;

/** Shorter valid JSON cannot exceed a bound: each level takes two brackets. */
const SHORTEST_BEYOND = 2 * (MAX_JSON_DEPTH + 1);

/** A bound that a JSON text exceeds. */
export interface BrokenBound {
  /** As in `nests deeper than 512 levels`. */
  readonly rule: string;
  /** The path of the object with too many fields; absent for the root or the whole text. */
  readonly field?: string;
}

/** Field counts of the open objects, by depth. Shared by all calls, since they are synchronous. */
const fields = new Uint32Array(MAX_JSON_DEPTH + 1);

/** Checks the size of a JSON text before it is parsed: many fields are slow to parse and process. */
export function brokenBound(bytes: Buffer): BrokenBound | undefined {
  if (bytes.length < SHORTEST_BEYOND) return undefined;
  let depth = 0;
  let total = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = endOfString(bytes, at);
      if (at < 0) break;
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth += 1;
      if (depth > MAX_JSON_DEPTH) return { rule: `nests deeper than ${MAX_JSON_DEPTH} levels` };
      fields[depth] = 0;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      if (depth > 0) depth -= 1;
    } else if (byte === COLON) {
      const count = (fields[depth] ?? 0) + 1;
      fields[depth] = count;
      total += 1;
      if (count > MAX_TOP_FIELDS && depth === 1) return tooMany(MAX_TOP_FIELDS);
      if (count > MAX_FIELDS) return { ...tooMany(MAX_FIELDS), field: pathAt(bytes, at) };
      if (total > MAX_TOTAL_FIELDS) return tooMany(MAX_TOTAL_FIELDS, ' in all its objects');
    }
  }
  return undefined;
}

function tooMany(limit: number, where = ''): BrokenBound {
  return { rule: `has more than ${limit.toLocaleString('en')} fields${where}` };
}

/** The path of the object that is open at a byte: `messages[2].metadata`. */
function pathAt(bytes: Buffer, end: number): string {
  const steps: (string | number)[] = [];
  let name = '';
  for (let at = 0; at < end; at++) {
    const byte = bytes[at];
    const last = steps.length - 1;
    const step = steps[last];
    if (byte === QUOTE) {
      const start = at + 1;
      at = endOfString(bytes, at);
      name = at - start > 64 ? '…' : bytes.toString('utf8', start, at);
    } else if (byte === COLON) steps[last] = name;
    else if (byte === COMMA && typeof step === 'number') steps[last] = step + 1;
    else if (byte === OPEN_BRACE) steps.push('');
    else if (byte === OPEN_BRACKET) steps.push(0);
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) steps.pop();
  }
  const path = steps.slice(0, -1).map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`));
  return path.join('').slice(1);
}
