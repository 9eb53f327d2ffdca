import {
  GatewayError,
  isJsonObject,
  type JsonValue,
  type KeepsPart,
  parseJson,
  type RawRequest,
} from '@dragoman/plugin';
import type { Exchange } from '../../../routing/exchange.ts';
import type { Reply } from '../../../routing/reply.ts';
import { ownPart } from './own-part.ts';
import type { RelayNeed } from '../relay/relay-right.ts';
import type { Upstream } from '../../../upstreams/upstream.ts';
import { claimMade, idsOfUrl, noSuchObject, type ObjectAccess, refuseOthers } from './upstream-objects.ts';
import { MAX_ID_LENGTH, type OwnedIds } from '../../../state/owned-ids.ts';
import { readUpTo } from '@dragoman/plugin/internal/transport/read-body';
import { noteReplyIds } from './note-reply-ids.ts';
import type { RelayBody } from '../relay/relay-body.ts';
import { claimParts } from './reply-objects.ts';

/** Types of replies that may name objects. Event streams pass through. */
const MAY_NAME = /\bjson\b|^text\/(?!event-stream\b)/i;

/** The largest list that is filtered by owner. */
const LIST_BYTES = 32 * 1024 * 1024;

interface Guarded {
  readonly upstream: Upstream;
  readonly body: RelayBody;
  readonly need: RelayNeed;
}

interface Kept {
  /** The id of the stored reply that the request is for. */
  readonly keptReply: string | undefined;
  readonly keepsPart: KeepsPart | undefined;
}

/** The upstream objects that a relayed request and its reply refer to. */
export class RelayObjects {
  readonly #ids: OwnedIds;
  readonly #owner: string;
  readonly #raw: RawRequest;
  readonly #named: readonly string[];
  readonly #keptReply: string | undefined;
  readonly #keepsPart: KeepsPart | undefined;

  constructor(ids: OwnedIds, { key, raw }: Exchange, { keptReply, keepsPart }: Kept) {
    this.#ids = ids;
    this.#owner = key?.id ?? '';
    this.#raw = raw;
    this.#keptReply = keptReply;
    this.#keepsPart = keepsPart;
    this.#named = idsOfUrl(raw.path, raw.query).filter(({ length }) => length <= MAX_ID_LENGTH);
  }

  /** Whether the request is for a reply that this client received from one of the upstreams. */
  isOwnReply(upstreams: readonly Upstream[]): boolean {
    return upstreams.some(({ config }) => this.#isOwnReplyAt(config.id));
  }

  #isOwnReplyAt(upstream: string): boolean {
    const found = this.#keptReply === undefined ? undefined : this.#ids.find(upstream, this.#keptReply);
    return found?.owner === this.#owner && found.kind === 'reply';
  }

  /** Whether the path or query names something that this client created at an upstream. */
  hasOwnAt(upstream: string): boolean {
    return this.#named.some((id) => this.#ids.find(upstream, id)?.owner === this.#owner);
  }

  /** Sends the request, unless it names an object of another key. Records who creates what. */
  async guard({ upstream, body, need }: Guarded, ask: () => Promise<Reply>): Promise<Reply> {
    const access = { ids: this.#ids, upstream: upstream.config.id, owner: this.#owner };
    // A reply of one upstream gives no right to request it from another one.
    if (this.#keptReply !== undefined && need === 'stateless' && !this.#isOwnReplyAt(access.upstream)) {
      throw noSuchObject(this.#keptReply);
    }
    refuseOthers(access, this.#named);
    refuseOthers(access, body.texts?.() ?? []);
    body.judgeRest?.((text) => refuseOthers(access, [text]));
    const reply = await ask();
    if (this.#keptReply !== undefined && this.#keepsPart && this.#isOwnReplyAt(access.upstream))
      return noteReplyIds(reply, claimParts(access, this.#keepsPart, this.#known(body)));
    if (need !== 'all') return reply;
    const makes = this.#raw.method === 'POST' || this.#raw.method === 'PUT';
    if (makes && /^text\/event-stream\b/i.test(reply.headers['content-type'] ?? '')) {
      return noteReplyIds(reply, (id, field) => {
        if (field === 'id') claimMade(access, { id }, this.#known(body));
        return field !== 'id';
      });
    }
    const whole = await this.#readWhole(reply);
    if (!whole) return reply;
    const text = Buffer.from(whole.buffer, whole.byteOffset, whole.byteLength).toString('utf8');
    const value = parseJson(text);
    const isMade = makes || this.hasOwnAt(access.upstream);
    if (isMade && isJsonObject(value)) claimMade(access, value, this.#known(body));
    return this.#filtered({ ...reply, body: whole }, value ?? text, access);
  }

  #known(body: RelayBody): ReadonlySet<string> {
    return new Set([...this.#named, ...(body.texts?.() ?? [])]);
  }

  /** Reads a reply that may name objects; file contents are not searched, nor are long replies that are not text. */
  async #readWhole({ headers, body }: Reply): Promise<Uint8Array | undefined> {
    if (this.#raw.path.endsWith('/content')) return undefined;
    if (body instanceof Uint8Array) return body;
    if (typeof body === 'string' || !('readable' in body) || this.#ids.isEmpty) return undefined;
    if (!MAY_NAME.test(headers['content-type'] ?? '')) return undefined;
    const reading = readUpTo(body, LIST_BYTES);
    // It is paused, since its beginning was already read.
    body.resume();
    const whole = await reading;
    if (whole) return whole;
    body.destroy();
    throw new GatewayError(
      'upstream-broken',
      'The list is too long to filter; request fewer entries with `limit`.',
    );
  }

  #filtered(reply: Reply, value: JsonValue, access: ObjectAccess): Reply {
    const own = ownPart(access, value);
    // Without the id, which would be news to the client.
    if (own === undefined) throw noSuchObject(this.#raw.path);
    if (own === value) return reply;
    const { 'content-length': _, ...headers } = reply.headers;
    return { ...reply, headers, body: JSON.stringify(own) };
  }
}
