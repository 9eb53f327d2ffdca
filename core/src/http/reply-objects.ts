import type { JsonObject } from '../canonical/json.ts';
import type { ChatEndpoint } from '../plugin/plugin.ts';
import type { Candidate } from '../routing/candidate.ts';
import type { Exchange, Reply } from '../routing/exchange.ts';
import { refuseOthers, shortStrings } from '../routing/upstream-objects.ts';
import type { OwnedIds } from '../state/owned-ids.ts';
import { noteReplyId } from './note-reply-id.ts';

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

/** `undefined` when nothing has to be checked or recorded. */
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
      refuseOthers({ ids, upstream: config.id, owner }, shortStrings(body));
      const reply = await ask();
      if (!isKept) return reply;
      return noteReplyId(reply, (id) => {
        // Some servers take the id of a reply from the request; an id that a client chose proves nothing.
        if (isNamed(body, id)) return;
        ids.claim({ upstream: config.id, id, owner, kind: 'reply' });
      });
    },
  };
}

function isNamed(body: JsonObject, id: string): boolean {
  for (const text of shortStrings(body)) if (text === id) return true;
  return false;
}
