import { randomUUID } from 'node:crypto';
import {
  type ChatEndpoint,
  type ChatReply,
  type ConversationRules,
  defined,
  GatewayError,
  invalidField,
  type JsonObject,
  type RequestInput,
  type StoredRules,
} from '@dragoman/plugin';
import type { Conversations } from '../../../conversations/conversations.ts';
import type { StoreOptions } from '@dragoman/plugin/internal/plugin/conversation-rules';
import type { Exchange } from '../../../routing/exchange.ts';
import type { ReplyContext } from './reply-context.ts';
import { withBody } from '../request-input.ts';
import {
  nothingRecalled,
  type Recalled,
  withItems,
  withoutPrevious,
  withoutStore,
  withTurns,
} from './recall.ts';
import type { Resolved } from './resolve-references.ts';

/** A request as part of a stored conversation. */
export interface OpenConversation extends Recalled {
  /** Stores the reply, if the client or its key wants that. */
  readonly keep?: (reply: ChatReply, context: ReplyContext) => Promise<void>;
}

interface ConversationInput {
  readonly endpoint: ChatEndpoint;
  readonly input: RequestInput;
  readonly exchange: Exchange;
  readonly conversations: Conversations;
  /** Counts what is read of the conversation towards the request's body. */
  readonly hold: (bytes: number) => void;
  /** Whether a model's threads are kept, whatever the key's setting. */
  readonly keepsThread: (model: string) => boolean;
}

/** Finds what a request continues from: the id of a reply, ids of its items, or its thread. */
export async function openConversation(opening: ConversationInput): Promise<OpenConversation> {
  const { endpoint, input, exchange, conversations, hold } = opening;
  const { conversation: rules } = endpoint;
  if (!rules) return nothingRecalled(input);
  const memory = { owner: exchange.key?.id ?? '', conversations, hold };
  const resolved = await withItems(rules, input.body, memory);
  const preference = readPreference(rules, resolved, opening);
  if (!preference) return withoutMemory(resolved, input);

  const { stored } = preference;
  if (preference.thread !== undefined) exchange.record.thread = preference.thread;
  const previousId = stored.previousId ?? (await lastOf(preference, opening));
  const { body: changed, turns, missing } = await withTurns(rules, { ...preference, previousId }, memory);
  return {
    input: changed === input.body ? input : withBody(input, changed),
    isChanged: changed !== input.body || preference.memory !== undefined,
    ...defined({ missing: resolved.missing ?? missing }),
    settle: (request) => {
      const rest = stored.keep ? withoutStore(request) : request;
      return turns ? withoutPrevious(rest) : rest;
    },
    ...((preference.memory !== undefined || stored.keep) && {
      async keep(reply, context) {
        try {
          await keepTurn(
            { reply, context, previousId: turns && previousId },
            { ...preference, rules },
            opening,
          );
        } catch (error) {
          // The client gets its reply anyway, with a note.
          exchange.log.error({ error }, 'A reply could not be stored.');
          const why = `The reply could not be stored. ${GatewayError.from(error).message}`;
          exchange.record.dropped.push({ field: (stored.keep && rules.stored?.field) || 'thread', why });
          context.storeFailed = true;
        }
      },
    }),
  };
}

/** A request whose reply is not stored. */
function withoutMemory({ body, missing }: Resolved, input: RequestInput): OpenConversation {
  if (body === input.body) return { ...nothingRecalled(input), ...defined({ missing }) };
  return { ...nothingRecalled(withBody(input, body)), isChanged: true };
}

/** What a request asks of the gateway's memory. */
interface Preference {
  readonly owner: string;
  readonly body: JsonObject;
  readonly stored: StoreOptions;
  readonly thread?: string;
  /** The name of the thread's last turn, if the key keeps threads. */
  readonly memory?: string;
  /** Whether the client sends the history itself. */
  readonly includesHistory: boolean;
  /** As in {@link Resolved}. */
  readonly since?: Resolved['since'];
}

function readPreference(
  rules: ConversationRules,
  resolved: Resolved,
  { endpoint, input, exchange, keepsThread }: ConversationInput,
): Preference | undefined {
  const { key } = exchange;
  const thread = threadOf(resolved.body, input, rules);
  const stored = rules.stored?.optionsOf(resolved.body) ?? { keep: false };
  if (!thread && !stored.keep && stored.previousId === undefined) return undefined;
  const body = thread?.body ?? resolved.body;
  const isKept = (): boolean => key?.thread?.memory ?? keepsThread(endpoint.peek?.(input)?.model ?? '');
  return defined({
    owner: key?.id ?? '',
    body,
    stored,
    thread: thread?.id,
    memory: thread && isKept() ? `${endpoint.wire} ${thread.id}` : undefined,
    includesHistory: rules.includesHistory(body),
    since: resolved.since,
  });
}

async function lastOf(
  { owner, memory, includesHistory }: Preference,
  { conversations }: ConversationInput,
): Promise<string | undefined> {
  return memory === undefined || includesHistory ? undefined : conversations.lastOf(owner, memory);
}

interface AnsweredTurn {
  readonly reply: ChatReply;
  readonly context: ReplyContext;
  readonly previousId: string | undefined;
}

async function keepTurn(
  { reply, context, previousId }: AnsweredTurn,
  { owner, body, memory, stored, since, rules }: Preference & { readonly rules: ConversationRules },
  { endpoint, conversations }: ConversationInput,
): Promise<void> {
  const encoded = endpoint.encodeReply(reply, context);
  const ownId = encoded['id'];
  const id = stored.keep && typeof ownId === 'string' ? ownId : randomUUID();
  const continued = previousId === undefined ? since : undefined;
  const said = continued
    ? { previousId: continued.id, input: continued.said }
    : { previousId, input: rules.inputOf(body) };
  const turn = { id, ...said, output: rules.outputOf(encoded), reply: encoded };
  await conversations.keep(
    owner,
    defined({ ...turn, fields: stored.keep ? inheritedOf(body, rules.stored) : undefined }),
  );
  if (memory !== undefined) await conversations.setLast(owner, memory, id);
}

function inheritedOf(
  body: JsonObject,
  { inherited = [] }: Pick<StoredRules, 'inherited'> = {},
): JsonObject | undefined {
  const fields = inherited.flatMap((name) => (body[name] === undefined ? [] : [[name, body[name]] as const]));
  return fields.length > 0 ? Object.fromEntries(fields) : undefined;
}

interface Thread {
  readonly id: string;
  /** The request without the thread's name, which upstreams do not know. */
  readonly body: JsonObject;
}

function threadOf(
  body: JsonObject,
  { headers }: RequestInput,
  { threadField }: ConversationRules,
): Thread | undefined {
  const header = headers['x-thread-id'];
  if (threadField !== undefined && body[threadField] !== undefined && body[threadField] !== null) {
    const { [threadField]: id, ...rest } = body;
    if (typeof id === 'string' && id !== '') return { id, body: rest };
    if (typeof id === 'number' && Number.isSafeInteger(id)) return { id: String(id), body: rest };
    throw invalidField(threadField, 'must be an integer or a non-empty string');
  }
  return header ? { id: header, body } : undefined;
}
