import type { ChatEndpoint, JsonObject, KeepsPart } from '@dragoman/plugin';
import type { Candidate } from '../../../catalogue/candidate.ts';
import type { Exchange } from '../../../routing/exchange.ts';
import type { Reply } from '../../../routing/reply.ts';
import { type ObjectAccess, refuseOthers, shortStrings } from './upstream-objects.ts';
import type { OwnedIds } from '../../../state/owned-ids.ts';
import { type NoteId, noteReplyIds } from './note-reply-ids.ts';

/** The upstream objects that a chat request refers to, and the reply that the upstream stores. */
export interface ReplyObjects {
  /** Sends the request to a candidate, unless it names an object of another key there. */
  guard(candidate: Candidate, ask: () => Promise<Reply>): Promise<Reply>;
}

interface ObjectsInput {
  readonly exchange: Exchange;
  readonly body: JsonObject;
  readonly ids: OwnedIds;
}

/** `undefined` if nothing has to be checked or recorded. */
export function openObjects(
  endpoint: ChatEndpoint,
  { exchange, body, ids }: ObjectsInput,
): ReplyObjects | undefined {
  if (!endpoint.keepsReply) return undefined;
  const isKept = endpoint.keepsReply(body);
  if (!isKept && ids.isEmpty) return undefined;
  const owner = exchange.key?.id ?? '';
  return {
    async guard({ upstream: { config, provider } }, ask) {
      // Upstreams of another protocol never receive ids.
      if (!provider.forward?.wires.includes(endpoint.wire)) return ask();
      const access = { ids, upstream: config.id, owner };
      refuseOthers(access, shortStrings(body));
      const reply = await ask();
      if (!isKept) return reply;
      // Some servers take ids from the request; an id that a client chose proves nothing.
      const named = new Set(shortStrings(body));
      const part = endpoint.keepsPart && claimParts(access, endpoint.keepsPart, named);
      let isOwn = true;
      return noteReplyIds(reply, (id, field) => {
        if (!isOwn) return part?.(id, field) === true;
        if (field !== 'id') return true;
        isOwn = false;
        if (!named.has(id)) ids.claim({ upstream: config.id, id, owner, kind: 'reply' });
        return part !== undefined;
      });
    },
  };
}

/** The most parts of a reply that are recorded. */
const MAX_PARTS = 200;

/** Records the client as the owner of what an upstream stores with a reply, except what the request named. */
export function claimParts(
  { ids, upstream, owner }: ObjectAccess,
  keepsPart: KeepsPart,
  named: ReadonlySet<string>,
): NoteId {
  const claimed = new Set<string>();
  return (id, field) => {
    if (!claimed.has(id) && keepsPart(field, id) && !named.has(id)) {
      claimed.add(id);
      ids.claim({ upstream, id, owner, kind: 'part' });
    }
    return claimed.size < MAX_PARTS;
  };
}
