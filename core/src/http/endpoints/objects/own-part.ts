import { isJsonObject, type JsonObject, type JsonValue, stringsIn } from '@dragoman/plugin';
import { MAX_ID_LENGTH } from '../../../state/owned-ids.ts';
import { isOthers, type ObjectAccess } from './upstream-objects.ts';

/** Deeper than any list; what lies below is not shown. */
const MAX_DEPTH = 512;

/** Shorter words are too common to be ids within a text. */
const MIN_WORD_LENGTH = 6;

/**
 * A reply without array entries that name objects of other keys, in any field; the same value if there are none.
 * `undefined` if it names them outside arrays.
 */
export function ownPart(access: ObjectAccess, reply: JsonValue): JsonValue | undefined {
  if (access.ids.isEmpty || !namesOthers(access, reply)) return reply;
  const { value, isOwn } = read(access, reply, 0);
  return isOwn ? value : undefined;
}

function namesOthers(access: ObjectAccess, reply: JsonValue): boolean {
  for (const text of stringsIn(reply, { names: true })) if (isOfOthers(access, text)) return true;
  return false;
}

/** Whether a text is the id of another key's object, or contains one as a word, such as in a URL or outside JSON. */
function isOfOthers(access: ObjectAccess, text: string): boolean {
  if (text.length <= MAX_ID_LENGTH && isOthers(access, text)) return true;
  for (const [word] of text.matchAll(/[\w-]+/g)) {
    if (word.length < MIN_WORD_LENGTH || word.length > MAX_ID_LENGTH || word.length === text.length) continue;
    if (isOthers(access, word)) return true;
  }
  return false;
}

interface Part {
  readonly value: JsonValue;
  /** Whether it contains no object of another key. */
  readonly isOwn: boolean;
}

function read(access: ObjectAccess, value: JsonValue, depth: number): Part {
  if (typeof value === 'string') return { value, isOwn: !isOfOthers(access, value) };
  if (depth > MAX_DEPTH) return { value, isOwn: false };
  if (isJsonObject(value)) return readObject(access, value, depth);
  if (!Array.isArray(value)) return { value, isOwn: true };
  const parts = (value as readonly JsonValue[]).map((entry) => read(access, entry, depth + 1));
  return { value: parts.filter(({ isOwn }) => isOwn).map((part) => part.value), isOwn: true };
}

function readObject(access: ObjectAccess, object: JsonObject, depth: number): Part {
  const fields: [string, JsonValue][] = [];
  let isOwn = true;
  for (const [name, field] of Object.entries(withEnds(access, object, depth))) {
    if (field === undefined) continue;
    const part = read(access, field, depth + 1);
    fields.push([name, part.value]);
    isOwn &&= part.isOwn && !isOfOthers(access, name);
  }
  return { value: Object.fromEntries(fields), isOwn };
}

/** A page of a list whose cursors are replaced by its remaining entries. */
function withEnds(access: ObjectAccess, page: JsonObject, depth: number): JsonObject {
  const { data } = page;
  if (!Array.isArray(data)) return page;
  const own = read(access, data as readonly JsonValue[], depth + 1).value as readonly JsonValue[];
  if (own.length === data.length) return page;
  const ends = { first_id: own[0], last_id: own.at(-1) };
  const moved = Object.entries(ends).flatMap(([name, entry]) => (name in page ? [[name, idOf(entry)]] : []));
  return { ...page, data: own, ...Object.fromEntries(moved) };
}

function idOf(entry: JsonValue | undefined): string | null {
  const id = isJsonObject(entry) ? entry['id'] : entry;
  return typeof id === 'string' ? id : null;
}
