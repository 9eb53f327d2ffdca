import { GatewayError, type JsonObject, type JsonValue, stringsIn } from '@dragoman/plugin';
import { MAX_ID_LENGTH, type OwnedIds } from '../../../state/owned-ids.ts';

/** A client's access at an upstream: what it created itself, and what nobody is known to have created. */
export interface ObjectAccess {
  readonly ids: OwnedIds;
  readonly upstream: string;
  /** The id of the key; empty for clients of an open gateway. */
  readonly owner: string;
}

export function isOthers({ ids, upstream, owner }: ObjectAccess, id: string): boolean {
  return ids.isOthers({ upstream, id, owner });
}

/** Refuses ids of objects that another key created, as if they did not exist. */
export function refuseOthers(access: ObjectAccess, texts: Iterable<string>): void {
  if (access.ids.isEmpty) return;
  for (const text of texts) if (isOthers(access, text)) throw noSuchObject(text);
}

/** All strings of a JSON value that may be ids, in any place. */
export function* shortStrings(root: JsonValue | undefined): Generator<string> {
  for (const text of stringsIn(root)) if (text.length <= MAX_ID_LENGTH) yield text;
}

/** The segments of a path and the values of a query, including lists in them. */
export function idsOfUrl(path: string, query: string): readonly string[] {
  const texts = [...path.split('/').map(decoded), ...new URLSearchParams(query).values()];
  return texts.flatMap((text) => [text, ...(text.includes(',') ? text.split(',') : [])]);
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Reply fields with the ids of created objects. */
const MADE_FIELDS = ['id', 'output_file_id', 'error_file_id', 'result_files'];

/** Records the client as the owner of the objects in a reply, except those that the request named. */
export function claimMade(
  { ids, upstream, owner }: ObjectAccess,
  reply: JsonObject,
  known: ReadonlySet<string>,
): void {
  for (const name of MADE_FIELDS) {
    for (const id of shortStrings(reply[name])) {
      if (!known.has(id)) ids.claim({ upstream, id, owner, kind: 'object' });
    }
  }
}

export function noSuchObject(id: string): GatewayError {
  return new GatewayError('not-found', `There is no object ${JSON.stringify(id)}.`, { code: 'not_found' });
}
