import type { ChatRequest } from '../../../canonical/chat.ts';
import type { GatewayError } from '../../../canonical/errors.ts';
import { defined, type JsonObject } from '../../../canonical/json.ts';
import { fieldsOf, saidIn, type Turn } from '../../../conversations/conversations.ts';
import type { ConversationRules, StoreOptions } from '../../../plugin/conversation-rules.ts';
import type { RequestInput } from '../../../plugin/protocol.ts';
import { withBody } from '../request-input.ts';
import { type Memory, resolveReferences, type Resolved } from './resolve-references.ts';

/** A request with what was said before, where it says so by ids. */
export interface Recalled {
  readonly input: RequestInput;
  /** Whether that is not what the client sent, so that its bytes cannot go on. */
  readonly isChanged: boolean;
  /** Why only the upstream that the client had before could answer. */
  readonly missing?: GatewayError;
  /** What was decoded, without what the gateway has answered for already. */
  settle(request: ChatRequest): ChatRequest;
}

/** A request that nothing was said before. */
export function nothingRecalled(input: RequestInput): Recalled {
  return { input, isChanged: false, settle: (request) => request };
}

/** Finds what a request goes on from by the id of a reply and by ids of its items. */
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

/** The items that a request only names. */
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
  /** What was said before; absent where it is not kept. */
  readonly turns?: readonly Turn[];
  readonly missing?: GatewayError;
}

/** The request behind the turns that it goes on from. */
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
  // Only requests that name the reply leave out what was said with it.
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
