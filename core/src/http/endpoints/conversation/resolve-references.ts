import { isDeepStrictEqual } from 'node:util';
import {
  type ConversationRules,
  type GatewayError,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type ReferenceRules,
} from '@dragoman/plugin';
import { type Conversations, type Hold, saidIn, type Turn } from '../../../conversations/conversations.ts';

/** A request with its references replaced by the items of stored replies. */
export interface Resolved {
  /** The client's own if it refers to none, or to some that are not stored. */
  readonly body: JsonObject;
  /** Why only the upstream that stores the items could answer. */
  readonly missing?: GatewayError;
  /** The stored reply that the request continues, if it repeats the whole history, and what it adds. */
  readonly since?: { readonly id: string; readonly said: readonly JsonValue[] };
}

/** What the gateway stores for a client. */
export interface Memory {
  /** Its key. */
  readonly owner: string;
  readonly conversations: Conversations;
  /** Counts what is read towards the request's body. */
  readonly hold: Hold;
}

/** Finds the items that a request only refers to. Either all of them are found, or the request stays unchanged. */
export async function resolveReferences(
  rules: ConversationRules,
  body: JsonObject,
  memory: Memory,
): Promise<Resolved> {
  const { references } = rules;
  if (!references) return { body };
  const entries = rules.inputOf(body);
  const named = namedIn(entries, references);
  if (named.size === 0) return { body };

  const ids = [...named.keys()];
  const replyIds = new Set(ids.map((id) => references.replyOf(id)).filter((id) => id !== undefined));
  const { chain, turns } = await readTurns([...replyIds], memory);
  const items = itemsOf(turns);
  const unknown = ids.find((id) => !items.has(id));
  if (unknown !== undefined)
    return { body, missing: references.unknownItem(unknown, named.get(unknown) ?? 0) };

  const input = entries.flatMap((entry, at) => {
    const id = references.idIn(entry);
    if (id === undefined) return [entry];
    // Clients may name an item once as a call and once as its result.
    return named.get(id) === at ? [items.get(id) ?? null] : [];
  });
  const last = chain.at(-1);
  const said = last && saidSince(saidIn(chain), input);
  return { body: rules.withInput(body, input), ...(said && { since: { id: last.id, said } }) };
}

/** Where each item is first named, by id. */
function namedIn(entries: readonly JsonValue[], references: ReferenceRules): ReadonlyMap<string, number> {
  const named = new Map<string, number>();
  for (const [at, entry] of entries.entries()) {
    const id = references.idIn(entry);
    if (id !== undefined && !named.has(id)) named.set(id, at);
  }
  return named;
}

interface ReadTurns {
  /** The turns up to the reply that was named last. */
  readonly chain: readonly Turn[];
  readonly turns: readonly Turn[];
}

async function readTurns(
  replyIds: readonly string[],
  { owner, conversations, hold }: Memory,
): Promise<ReadTurns> {
  const last = replyIds.at(-1);
  const chain = (last === undefined ? undefined : await conversations.turnsTo(owner, last, hold)) ?? [];
  const known = new Set(chain.map(({ id }) => id));
  const others = replyIds.filter((id) => !known.has(id));
  return { chain, turns: [...chain, ...(await conversations.findAll(owner, others, hold))] };
}

function itemsOf(turns: readonly Turn[]): ReadonlyMap<string, JsonValue> {
  const items = new Map<string, JsonValue>();
  for (const { output } of turns) {
    for (const item of output) {
      const id = isJsonObject(item) ? item['id'] : undefined;
      if (typeof id === 'string') items.set(id, item);
    }
  }
  return items;
}

/** What the input adds to the history; `undefined` if it does not repeat it. */
function saidSince(
  before: readonly JsonValue[],
  input: readonly JsonValue[],
): readonly JsonValue[] | undefined {
  const isRepeated = before.every((item, at) => isDeepStrictEqual(input[at], item));
  return isRepeated ? input.slice(before.length) : undefined;
}
