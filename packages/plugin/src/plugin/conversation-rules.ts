import type { GatewayError } from '../canonical/errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../canonical/json.ts';

/**
 * How the gateway keeps conversations of a protocol: for clients that continue from a reply by its id, and for threads,
 * whose clients send only new messages. It works on wire bodies, before they are decoded.
 */
export interface ConversationRules {
  /** The messages or items of a request, as a list: the value of `messages`. */
  inputOf(body: JsonObject): readonly JsonValue[];
  /** The request with this list in their place. */
  withInput(body: JsonObject, input: readonly JsonValue[]): JsonObject;
  /** The request with earlier messages put before its own. */
  withHistory(body: JsonObject, history: readonly JsonValue[]): JsonObject;
  /** The messages or items of a whole reply that the next request would repeat. */
  outputOf(reply: JsonObject): readonly JsonValue[];
  /** Whether a request already contains earlier answers. Its history then replaces the kept one of its thread. */
  includesHistory(body: JsonObject): boolean;
  /** How requests continue from a reply by its id. Absent: not supported by the protocol. */
  readonly stored?: StoredRules;
  /** How requests refer to single items of kept replies. Absent: not supported by the protocol. */
  readonly references?: ReferenceRules;
  /** The body's field that names a thread, such as `thread_id`. Absent: only the header `x-thread-id` names one. */
  readonly threadField?: string;
}

/** How requests continue from a reply by its id: `previous_response_id` of Responses, `thread` of Anthropic. */
export interface StoredRules {
  /** The field that asks to keep the reply, such as `store`. The note that the reply could not be kept names it. */
  readonly field: string;
  /** Reads what a request says about kept replies. */
  optionsOf(body: JsonObject): StoreOptions;
  /** Fields that the first request sets for all that continue from its reply: `['system', 'tools']`. Default: none. */
  readonly inherited?: readonly string[];
  /** The error when the reply to continue from is not kept. The gateway throws it. */
  unknownReply(id: string): GatewayError;
}

/** What a request says about kept replies. */
export interface StoreOptions {
  /** The id of the reply to continue from. Absent: the request stands alone. */
  readonly previousId?: string;
  /** Whether to keep the reply to this request. */
  readonly keep: boolean;
}

/** How requests refer to items of kept replies: `item_reference` of Responses. */
export interface ReferenceRules {
  /** The id of the item that an entry of the input refers to; `undefined` for an entry that is an item itself. */
  idIn(entry: JsonValue): string | undefined;
  /** The id of the reply that an item came with; `undefined` for an id that the gateway did not make. */
  replyOf(itemId: string): string | undefined;
  /** The error when an item is not kept. `at` is its place in the input, from 0. The gateway throws it. */
  unknownItem(itemId: string, at: number): GatewayError;
}

/** What {@link listRules} needs to know of a protocol. */
export interface ListRules {
  /** The field that lists the messages, such as `messages`. */
  readonly field: string;
  /** As {@link ConversationRules.outputOf}. */
  readonly outputOf: ConversationRules['outputOf'];
}

const LEADING = new Set<JsonValue | undefined>(['system', 'developer']);
const ANSWERS = new Set<JsonValue | undefined>(['assistant', 'model']);

/** The rules of a protocol whose requests list messages with roles, as all four of this repository do. */
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
      // New instructions replace earlier ones.
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
