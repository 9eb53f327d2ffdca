import {
  type ChatEvent,
  type ChatReply,
  type ChatRequest,
  checkGrammar,
  collect,
  createOpaqueBox,
} from '@dragoman/plugin';

/** A request of a user who says one thing; anything about it can be replaced. */
export function chatRequest(text: string, changes: Partial<ChatRequest> = {}): ChatRequest {
  return {
    protocol: 'openai-chat',
    model: 'mock-model',
    stream: true,
    system: [],
    messages: [{ role: 'user', content: [{ type: 'text', text }] }],
    tools: [],
    sampling: {},
    reasoning: {},
    ...changes,
  };
}

/** All events of a reply; a break of the event grammar throws. */
export async function readEvents(events: AsyncIterable<ChatEvent>): Promise<readonly ChatEvent[]> {
  const list: ChatEvent[] = [];
  for await (const event of checkGrammar(events)) list.push(event);
  return list;
}

/** The reply that events fold to; a break of the event grammar throws. */
export async function readReply(events: AsyncIterable<ChatEvent>): Promise<ChatReply> {
  return collect(checkGrammar(events));
}

/** The text of the first choice. */
export function textOf(reply: ChatReply): string {
  return (reply.choices[0]?.content ?? []).map((part) => (part.type === 'text' ? part.text : '')).join('');
}

export async function* eventsOf(events: Iterable<ChatEvent>): AsyncGenerator<ChatEvent> {
  yield* events;
}

/** What a promise fails with; a promise that does not fail is a failure of the test. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('A failure was expected and none came.');
}

/** What codecs of the client's side seal and open with in tests. */
export const testOpaque = createOpaqueBox(Buffer.alloc(32, 7));
