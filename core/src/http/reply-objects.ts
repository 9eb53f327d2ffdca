import type { JsonObject } from '../canonical/json.ts';
import type { ChatEndpoint } from '../plugin/plugin.ts';
import type { Candidate } from '../routing/candidate.ts';
import type { Exchange, Reply } from '../routing/exchange.ts';
import { refuseOthers, shortStrings } from '../routing/upstream-objects.ts';
import type { OwnedIds } from '../state/owned-ids.ts';
import { noteReplyId } from './note-reply-id.ts';

/** What a chat request names of what upstreams keep, and what they keep of its reply. */
export interface ReplyObjects {
  /** Has a candidate asked, unless the request names what another key made there. */
  guard(candidate: Candidate, ask: () => Promise<Reply>): Promise<Reply>;
}

interface ObjectsInput {
  readonly exchange: Exchange;
  readonly body: JsonObject;
  readonly ids: OwnedIds;
}

/** `undefined` where there is nothing to look at. */
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
      // Upstreams that speak otherwise are not told ids.
      if (!provider.forward?.wires.includes(endpoint.wire)) return ask();
      refuseOthers({ ids, upstream: config.id, owner }, shortStrings(body));
      const reply = await ask();
      if (!isKept) return reply;
      return noteReplyId(reply, (id) => ids.claim({ upstream: config.id, id, owner, kind: 'reply' }));
    },
  };
}
