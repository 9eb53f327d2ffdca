import { isJsonObject, type JsonObject, type JsonValue, stringsIn } from '../../../canonical/json.ts';
import { MAX_ID_LENGTH } from '../../../state/owned-ids.ts';
import { isOthers, type ObjectAccess } from './upstream-objects.ts';

/** Deeper than any list; what lies below is not shown. */
const MAX_DEPTH = 512;

/** Shorter words are too common to be taken for ids in the middle of a text. */
const MIN_WORD_LENGTH = 6;

/**
 * A reply without the entries of arrays that name objects of other keys, in whatever field; the same value when there
 * are none. `undefined` where it names them outside of arrays.
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

/** Whether a text is the id of an object of another key, or holds one as a word: in a URL, or in what is no JSON. */
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
  /** Whether no object of another key is left in it. */
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

/** A page of a list whose cursors are those of its own entries. */
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
