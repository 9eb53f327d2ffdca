import {
  type ChatRequest,
  type ConversationRules,
  defined,
  type GatewayError,
  type JsonObject,
  type RequestInput,
} from '@dragoman/plugin';
import { fieldsOf, saidIn, type Turn } from '../../../conversations/conversations.ts';
import type { StoreOptions } from '@dragoman/plugin/internal/plugin/conversation-rules';
import { withBody } from '../request-input.ts';
import { type Memory, resolveReferences, type Resolved } from './resolve-references.ts';

/** A request with its history, if it refers to it by ids. */
export interface Recalled {
  readonly input: RequestInput;
  /** Whether it differs from what the client sent, so that its bytes cannot pass through. */
  readonly isChanged: boolean;
  /** Why only the client's previous upstream could answer. */
  readonly missing?: GatewayError;
  /** The decoded request, without what the gateway has already resolved. */
  settle(request: ChatRequest): ChatRequest;
}

/** A request without history. */
export function nothingRecalled(input: RequestInput): Recalled {
  return { input, isChanged: false, settle: (request) => request };
}

/** Finds what a request continues from by the id of a reply and by ids of its items. */
export async function recall(
  rules: ConversationRules,
  input: RequestInput,
  memory: Memory,
): Promise<Recalled> {
  const { body, missing } = await withItems(rules, input.body, memory);
  const stored = rules.stored?.optionsOf(body) ?? { keep: false };
  const before = await withTurns(rules, { body, stored, previousId: stored.previousId }, memory);
  const isChanged = before.body !== input.body;
  return {
    ...{ input: isChanged ? withBody(input, before.body) : input, isChanged },
    ...defined({ missing: missing ?? before.missing }),
    settle: (request) => (before.turns ? withoutPrevious(request) : request),
  };
}

/** Inserts the items that a request only refers to. */
export function withItems(
  rules: ConversationRules,
  body: JsonObject,
  memory: Memory,
): Promise<Resolved> | Resolved {
  return rules.references ? resolveReferences(rules, body, memory) : { body };
}

interface GoingOn {
  readonly body: JsonObject;
  readonly stored: StoreOptions;
  readonly previousId: string | undefined;
}

export interface WithTurns {
  readonly body: JsonObject;
  /** The history; absent if it is not stored. */
  readonly turns?: readonly Turn[];
  readonly missing?: GatewayError;
}

/** The request after the turns that it continues. */
export async function withTurns(
  rules: ConversationRules,
  { body, stored, previousId }: GoingOn,
  { owner, conversations, hold }: Memory,
): Promise<WithTurns> {
  if (previousId === undefined) return { body };
  const turns = await conversations.turnsTo(owner, previousId, hold);
  if (!turns) {
    const { previousId: named } = stored;
    return { body, ...(named !== undefined && defined({ missing: rules.stored?.unknownReply(named) })) };
  }
  // Only requests that name the reply omit what was said with it.
  const inherited = stored.previousId === undefined ? {} : fieldsOf(turns);
  return { body: { ...inherited, ...rules.withHistory(body, saidIn(turns)) }, turns };
}

export function withoutPrevious({ serverState, ...request }: ChatRequest): ChatRequest {
  const { previousResponseId: _, ...rest } = serverState ?? {};
  return Object.keys(rest).length > 0 ? { ...request, serverState: rest } : request;
}

/** What the gateway keeps itself, no upstream is asked to keep. */
export function withoutStore({ store: _, ...request }: ChatRequest): ChatRequest {
  return request;
}
