import { isDeepStrictEqual } from 'node:util';
import type { GatewayError } from '../../../canonical/errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../canonical/json.ts';
import { type Conversations, type Hold, saidIn, type Turn } from '../../../conversations/conversations.ts';
import type { ConversationRules, ReferenceRules } from '../../../plugin/conversation-rules.ts';

/** A request with the items of kept replies in the places where it named them. */
export interface Resolved {
  /** The client's own where it names none, or some that are not kept. */
  readonly body: JsonObject;
  /** Why only the upstream that keeps the items could answer. */
  readonly missing?: GatewayError;
  /** The kept reply that the request goes on from, where it repeats all that was said before, and what it adds. */
  readonly since?: { readonly id: string; readonly said: readonly JsonValue[] };
}

/** What the gateway keeps for a client. */
export interface Memory {
  /** Its key. */
  readonly owner: string;
  readonly conversations: Conversations;
  /** Counts what is read as part of the request's body. */
  readonly hold: Hold;
}

/** Finds the items that a request only names. Either all of them are found, or the request stays as it is. */
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

/** Where each item is named first, by its id. */
function namedIn(entries: readonly JsonValue[], references: ReferenceRules): ReadonlyMap<string, number> {
  const named = new Map<string, number>();
  for (const [at, entry] of entries.entries()) {
    const id = references.idIn(entry);
    if (id !== undefined && !named.has(id)) named.set(id, at);
  }
  return named;
}

interface ReadTurns {
  /** Those up to the reply that was named last. */
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

/** What the input adds to what was said before; `undefined` where it does not repeat that. */
function saidSince(
  before: readonly JsonValue[],
  input: readonly JsonValue[],
): readonly JsonValue[] | undefined {
  const isRepeated = before.every((item, at) => isDeepStrictEqual(input[at], item));
  return isRepeated ? input.slice(before.length) : undefined;
}
