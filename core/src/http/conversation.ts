import { randomUUID } from 'node:crypto';
import type { ChatReply, ChatRequest } from '../canonical/chat.ts';
import { GatewayError } from '../canonical/errors.ts';
import { defined, type JsonObject } from '../canonical/json.ts';
import type { Conversations } from '../conversations/conversations.ts';
import type { ConversationRules, StoredWish } from '../plugin/conversation-rules.ts';
import { invalidField } from '../plugin/field-reader.ts';
import type { ChatEndpoint, EncodeContext, RequestInput } from '../plugin/plugin.ts';
import type { Exchange } from '../routing/exchange.ts';
import { withBody } from './request-input.ts';

/** A request as part of a conversation that the gateway keeps. */
export interface OpenConversation {
  /** The request with what was said before. */
  readonly input: RequestInput;
  /** Whether that is not what the client sent, so that its bytes cannot go on. */
  readonly isChanged: boolean;
  /** Why only the upstream that the client had before could answer. */
  readonly missing?: GatewayError;
  /** What was decoded, without what the gateway has answered for already. */
  settle(request: ChatRequest): ChatRequest;
  /** Keeps the reply, where the client or its key wants that. */
  readonly keep?: (reply: ChatReply) => Promise<void>;
}

interface ConversationInput {
  readonly endpoint: ChatEndpoint;
  readonly input: RequestInput;
  readonly exchange: Exchange;
  readonly conversations: Conversations;
  readonly context: EncodeContext;
  /** Counts what is read of the conversation as part of the request's body. */
  readonly hold: (bytes: number) => void;
  /** Whether a model's threads are kept, whatever the key. */
  readonly keepsThread: (model: string) => boolean;
}

/** Finds what a request goes on from, by the id of a reply or by its thread. */
export async function openConversation(opening: ConversationInput): Promise<OpenConversation> {
  const { endpoint, input, exchange, conversations } = opening;
  const rules = endpoint.conversation;
  const wish = rules && readWish(rules, opening);
  if (!wish) return { input, isChanged: false, settle: (request) => request };

  const { body, stored } = wish;
  if (wish.thread !== undefined) exchange.notes.thread = wish.thread;
  const previousId = stored.previousId ?? (await lastOf(wish, opening));
  const history =
    previousId === undefined ? undefined : await conversations.history(wish.owner, previousId, opening.hold);
  const changed = history ? rules.withHistory(body, history) : body;
  const before = history && previousId;
  return {
    input: changed === input.body ? input : withBody(input, changed),
    isChanged: changed !== input.body || wish.memory !== undefined,
    ...(stored.previousId !== undefined && !history && { missing: notFound(stored.previousId) }),
    settle: (request) => (history ? withoutPrevious(request) : request),
    ...((wish.memory !== undefined || stored.keep) && {
      async keep(reply) {
        try {
          await keepTurn({ reply, previousId: before }, { ...wish, rules }, opening);
        } catch (error) {
          // The client gets its answer anyway, with a note.
          exchange.log.error({ error }, 'A reply could not be kept.');
          const why = `The reply could not be kept. ${GatewayError.from(error).message}`;
          exchange.notes.dropped.push({ field: stored.keep ? 'store' : 'thread', why });
        }
      },
    }),
  };
}

/** What a request wants of the gateway's memory. */
interface Wish {
  readonly owner: string;
  readonly body: JsonObject;
  readonly stored: StoredWish;
  readonly thread?: string;
  /** The name under which the thread's last turn is found, where the key has its threads kept. */
  readonly memory?: string;
  /** Whether the client brings what was said before itself. */
  readonly isWhole: boolean;
}

function readWish(
  rules: ConversationRules,
  { endpoint, input, exchange, keepsThread }: ConversationInput,
): Wish | undefined {
  const { key } = exchange;
  const thread = threadOf(input, rules);
  const stored = rules.stored?.(input.body) ?? { keep: false };
  if (!thread && !stored.keep && stored.previousId === undefined) return undefined;
  const body = thread?.body ?? input.body;
  const isKept = (): boolean => key?.thread?.memory ?? keepsThread(endpoint.peek?.(input)?.model ?? '');
  return defined({
    owner: key?.id ?? '',
    body,
    stored,
    thread: thread?.id,
    memory: thread && isKept() ? `${endpoint.wire} ${thread.id}` : undefined,
    isWhole: rules.isWhole(body),
  });
}

async function lastOf(
  { owner, memory, isWhole }: Wish,
  { conversations }: ConversationInput,
): Promise<string | undefined> {
  return memory === undefined || isWhole ? undefined : conversations.lastOf(owner, memory);
}

interface AnsweredTurn {
  readonly reply: ChatReply;
  readonly previousId: string | undefined;
}

async function keepTurn(
  { reply, previousId }: AnsweredTurn,
  { owner, body, memory, stored, rules }: Wish & { readonly rules: ConversationRules },
  { endpoint, context, conversations }: ConversationInput,
): Promise<void> {
  const encoded = endpoint.encodeReply(reply, context);
  const ownId = encoded['id'];
  const id = stored.keep && typeof ownId === 'string' ? ownId : randomUUID();
  const [input, output] = [rules.inputOf(body), rules.outputOf(encoded)];
  await conversations.keep(owner, defined({ id, previousId, input, output, reply: encoded }));
  if (memory !== undefined) await conversations.setLast(owner, memory, id);
}

interface Thread {
  readonly id: string;
  /** The request without the name of the thread, which upstreams do not know. */
  readonly body: JsonObject;
}

function threadOf({ body, headers }: RequestInput, { threadField }: ConversationRules): Thread | undefined {
  const header = headers['x-thread-id'];
  if (threadField !== undefined && body[threadField] !== undefined && body[threadField] !== null) {
    const { [threadField]: id, ...rest } = body;
    if (typeof id === 'string' && id !== '') return { id, body: rest };
    if (typeof id === 'number' && Number.isSafeInteger(id)) return { id: String(id), body: rest };
    throw invalidField(threadField, 'must be a whole number or a string that is not empty');
  }
  return header ? { id: header, body } : undefined;
}

function withoutPrevious({ serverState, ...request }: ChatRequest): ChatRequest {
  const { previousResponseId: _, ...rest } = serverState ?? {};
  return Object.keys(rest).length > 0 ? { ...request, serverState: rest } : request;
}

function notFound(id: string): GatewayError {
  const message = `The previous response ${JSON.stringify(id)} is not known, or not any more.`;
  const field = 'previous_response_id';
  return new GatewayError('invalid', message, { field, code: 'previous_response_not_found' });
}
