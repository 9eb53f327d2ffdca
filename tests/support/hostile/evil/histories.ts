import type { Dice } from '../dice.ts';
import type { Tree } from '../json-tree.ts';

/** The entries of a conversation, in each wire: one call of a tool, and one result. */
interface Entries {
  call(ids: readonly string[]): Tree;
  result(id: string): Tree;
}

const OPENAI: Entries = {
  call: (ids) => ({
    role: 'assistant',
    content: null,
    tool_calls: ids.map((id) => ({ id, type: 'function', function: { name: 'tool_0', arguments: '{}' } })),
  }),
  result: (id) => ({ role: 'tool', tool_call_id: id, content: 'done' }),
};

const ANTHROPIC: Entries = {
  call: (ids) => ({
    role: 'assistant',
    content: ids.map((id) => ({ type: 'tool_use', id, name: 'tool_0', input: {} })),
  }),
  result: (id) => ({ role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: 'done' }] }),
};

const GEMINI: Entries = {
  call: (ids) => ({
    role: 'model',
    parts: ids.map((id) => ({ functionCall: { id, name: 'tool_0', args: {} } })),
  }),
  result: (id) => ({ role: 'user', parts: [{ functionResponse: { id, name: 'tool_0', response: {} } }] }),
};

const RESPONSES: Entries = {
  // One entry calls one tool here; the list of calls is their order.
  call: ([id = '']) => ({ type: 'function_call', call_id: id, name: 'tool_0', arguments: '{}' }),
  result: (id) => ({ type: 'function_call_output', call_id: id, output: 'done' }),
};

/** By the field that holds the conversation; `messages` serves two wires. */
const BY_FIELD: Readonly<Record<string, readonly Entries[]>> = {
  messages: [OPENAI, ANTHROPIC],
  contents: [GEMINI],
  input: [RESPONSES],
};

export const HISTORY_FIELDS: ReadonlySet<string> = new Set(Object.keys(BY_FIELD));

/** Calls and results that do not fit together. Mostly short; the long ones show work that grows by the square. */
export function evilHistory(field: string, dice: Dice): Tree[] {
  const { call, result } = dice.pick(BY_FIELD[field] ?? [OPENAI]);
  const count = dice.pick([1, 2, 3, 30, 300, 2_000]);
  const ids = dice.list(count, (at) => `call_${at}`);
  return dice.pick<() => Tree[]>([
    () => [call(ids), ...ids.toReversed().map(result)],
    () => ids.flatMap((id) => [call([id]), result(id)]),
    () => ids.map(result),
    () => [call(ids)],
    () => [call(ids.map(() => 'same')), ...ids.map(() => result('same'))],
    () => [...ids.map(result), call(ids)],
    () => ids.flatMap((id) => [call([id]), call([id])]),
    () => [call(['']), result('')],
    () => [call(['\ud800', '__proto__']), result('__proto__'), result('\ud800')],
    () => dice.list(count, () => structuredClone(result('call_0'))),
  ])();
}
