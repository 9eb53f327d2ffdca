import type { GatewayError } from '../canonical/errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../canonical/json.ts';

/** How a protocol says what was said before, so that the gateway can keep it for clients that do not. */
export interface ConversationRules {
  /** What a request says, as a list. */
  inputOf(body: JsonObject): readonly JsonValue[];
  /** The request with another list. */
  withInput(body: JsonObject, input: readonly JsonValue[]): JsonObject;
  /** The request with what was said before in front. */
  withHistory(body: JsonObject, history: readonly JsonValue[]): JsonObject;
  /** What of a reply belongs to the conversation. */
  outputOf(reply: JsonObject): readonly JsonValue[];
  /** Whether a client brings what was said before itself. */
  includesHistory(body: JsonObject): boolean;
  /** How requests go on from a reply by its id. */
  readonly stored?: StoredRules;
  /** How requests name items of kept replies in place of the items themselves. */
  readonly references?: ReferenceRules;
  /** The field that names a thread, where the protocol has none of its own. */
  readonly threadField?: string;
}

export interface StoredRules {
  /** The field that has a reply kept, to say so where it could not be. */
  readonly field: string;
  optionsOf(body: JsonObject): StoreOptions;
  /** Fields that a client says once, for all requests that go on from its reply. */
  readonly inherited?: readonly string[];
  /** What a client is told when the reply that it goes on from is not kept. */
  unknownReply(id: string): GatewayError;
}

export interface StoreOptions {
  /** The reply that the request goes on from. */
  readonly previousId?: string;
  /** Whether the reply is to be kept. */
  readonly keep: boolean;
}

export interface ReferenceRules {
  /** The id of the item that an entry stands for; `undefined` for an entry that is an item. */
  idIn(entry: JsonValue): string | undefined;
  /** The reply that an item came with, by the item's id; `undefined` for an id that the gateway did not give. */
  replyOf(itemId: string): string | undefined;
  /** What a client is told when an item is not kept. */
  unknownItem(itemId: string, at: number): GatewayError;
}

export interface ListRules {
  /** The field that lists what is said. */
  readonly field: string;
  readonly outputOf: ConversationRules['outputOf'];
}

const LEADING = new Set<JsonValue | undefined>(['system', 'developer']);
const ANSWERS = new Set<JsonValue | undefined>(['assistant', 'model']);

/** Rules of protocols whose requests list messages with roles. */
export function listRules({ field, outputOf }: ListRules): ConversationRules {
  const inputOf = (body: JsonObject): readonly JsonValue[] => {
    const list = body[field];
    if (typeof list === 'string') return [{ role: 'user', content: list }];
    return Array.isArray(list) ? (list as readonly JsonValue[]) : [];
  };
  return {
    inputOf,
    withInput: (body, input) => ({ ...body, [field]: input }),
    withHistory(body, history) {
      const input = inputOf(body);
      const own = leadingOf(input);
      // Instructions that come again take the place of those before.
      const before = own > 0 ? history.slice(leadingOf(history)) : history;
      return { ...body, [field]: [...input.slice(0, own), ...before, ...input.slice(own)] };
    },
    outputOf,
    includesHistory: (body) => inputOf(body).some((item) => ANSWERS.has(roleOf(item))),
  };
}

function leadingOf(items: readonly JsonValue[]): number {
  const end = items.findIndex((item) => !LEADING.has(roleOf(item)));
  return end < 0 ? items.length : end;
}

function roleOf(item: JsonValue): JsonValue | undefined {
  return isJsonObject(item) ? item['role'] : undefined;
}
