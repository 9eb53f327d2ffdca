import type { AssistantPart, ChatRequest, Message, ToolCallPart, UserPart } from '@dragoman/plugin';

const times = <T>(n: number, make: (at: number) => T): readonly T[] =>
  Array.from({ length: n }, (_, at) => make(at));

const call = (at: number): ToolCallPart => ({
  type: 'tool-call',
  id: `call_${at}`,
  name: `tool_${at % 7}`,
  form: 'json',
  arguments: '{"a":1}',
});

const result = (at: number): UserPart => ({
  type: 'tool-result',
  callId: `call_${at}`,
  name: `tool_${at % 7}`,
  content: [{ type: 'text', text: 'done' }],
});

const user = (...content: readonly UserPart[]): Message => ({ role: 'user', content });
const assistant = (...content: readonly AssistantPart[]): Message => ({ role: 'assistant', content });
const text = (at: number) => ({ type: 'text', text: `word ${at}` }) as const;
const system = (at: number): Message => ({ role: 'system', rank: 'system', content: [text(at)] });
const sealed = (at: number): AssistantPart => ({
  type: 'reasoning',
  text: '',
  form: 'hidden',
  opaque: { protocol: 'openai-responses', kind: 'reasoning', data: `sealed ${at}` },
});

/** Conversations of `n` pieces, by what is long about them. */
export const LONG_HISTORIES: Readonly<Record<string, (n: number) => readonly Message[]>> = {
  'results of one turn in reverse': (n) => [
    user(text(0)),
    assistant(...times(n, call)),
    user(...times(n, (at) => result(n - 1 - at))),
  ],
  'results in messages of their own': (n) => [
    user(text(0)),
    assistant(...times(n, call)),
    ...times(n, (at) => user(result(n - 1 - at))),
  ],
  'short tool turns': (n) => [
    user(text(0)),
    ...times(n, (at) => [assistant(call(at)), user(result(at))]).flat(),
  ],
  'turns of the assistant that belong together': (n) => [
    user(text(0)),
    ...times(n, (at) => assistant(call(at))),
  ],
  'messages of the user': (n) => times(n, (at) => user(text(at))),
  'parts of one message': (n) => [user(...times(n, text))],
  'instructions in between': (n) => times(n, (at) => (at % 2 === 0 ? user(text(at)) : system(at))),
  'sealed reasoning': (n) => [user(text(0)), assistant(...times(n, sealed), text(0)), user(text(1))],
};

/** A request of this history; it offers `n` tools too, and chooses among all of them. */
export function longRequest(messages: readonly Message[], tools: number, protocol: string): ChatRequest {
  const names = times(tools, (at) => `tool_${at}`);
  return {
    protocol,
    model: 'm',
    stream: true,
    system: [],
    messages,
    tools: names.map((name) => ({ kind: 'function', name, schema: { type: 'object' } })),
    toolChoice: { mode: 'auto', names },
    maxTokens: 100,
    sampling: {},
    reasoning: {},
  };
}
