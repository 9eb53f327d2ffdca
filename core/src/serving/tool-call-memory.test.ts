import { describe, expect, it } from 'vitest';
import type { AssistantPart, ChatEvent, ChatRequest, Opaque } from '@dragoman/plugin';
import { createToolCallMemory, type ToolCallMemory } from './tool-call-memory.ts';

const sign = (data: string): Opaque => ({ protocol: 'gemini', kind: 'call', data });
const thought: Opaque = { protocol: 'anthropic', kind: 'thinking', data: 'T' };

function asked(...content: readonly AssistantPart[]): ChatRequest {
  return {
    ...{ protocol: 'test', model: 'm', stream: false, system: [], tools: [], sampling: {}, reasoning: {} },
    messages: [{ role: 'assistant', content }],
  };
}

function call(id: string, text: string) {
  return { type: 'tool-call', id, name: 'f', form: 'json', arguments: text } as const;
}

function tell(memory: ToolCallMemory, scope: string, events: readonly ChatEvent[]): void {
  const recorder = memory.record(scope);
  for (const event of events) recorder.push(event);
}

function called(index: number, id: string, opaque?: Opaque): readonly ChatEvent[] {
  return [
    { type: 'block-start', index, block: { type: 'tool-call', id, name: 'f', form: 'json' } },
    ...(opaque ? [{ type: 'block-opaque' as const, index, opaque }] : []),
    { type: 'block-delta', index, delta: '{"a":1,' },
    { type: 'block-delta', index, delta: '"b":2}' },
    { type: 'block-end', index },
  ];
}

describe('what was signed with a call', () => {
  it('comes back to the call, however the client writes its arguments', () => {
    const memory = createToolCallMemory();
    tell(memory, 'key', called(0, 'c1', sign('S')));
    expect(memory.restore('key', asked(call('c1', '{ "b": 2, "a": 1 }'))).messages).toMatchObject([
      { content: [{ id: 'c1', opaque: sign('S') }] },
    ]);
  });

  it('comes back to nobody else', () => {
    const memory = createToolCallMemory();
    tell(memory, 'key', called(0, 'c1', sign('S')));
    for (const [scope, part] of [
      ['other', call('c1', '{"a":1,"b":2}')],
      ['key', call('c2', '{"a":1,"b":2}')],
      ['key', call('c1', '{"a":1,"b":3}')],
    ] as const) {
      expect(memory.restore(scope, asked(part)).messages).toEqual([{ role: 'assistant', content: [part] }]);
    }
  });

  it('brings the thought before the call along, in place of its mere text', () => {
    const memory = createToolCallMemory();
    tell(memory, 'key', [
      { type: 'block-start', index: 0, block: { type: 'reasoning', form: 'raw' } },
      { type: 'block-delta', index: 0, delta: 'Hm.' },
      { type: 'block-opaque', index: 0, opaque: thought },
      { type: 'block-end', index: 0 },
      ...called(1, 'c1'),
      ...called(2, 'c2'),
    ]);
    const text = { type: 'text', text: 'I will.' } as const;
    const plain = { type: 'reasoning', text: 'Hm', form: 'raw' } as const;
    const calls = [call('c1', '{"a":1,"b":2}'), call('c2', '{"a":1,"b":2}')];
    expect(memory.restore('key', asked(plain, text, ...calls)).messages).toEqual([
      {
        role: 'assistant',
        content: [{ type: 'reasoning', text: 'Hm.', form: 'raw', opaque: thought }, text, ...calls],
      },
    ]);
  });

  it('does not replace what the client kept', () => {
    const memory = createToolCallMemory();
    tell(memory, 'key', called(0, 'c1', sign('S')));
    const kept = { ...call('c1', '{"a":1,"b":2}'), opaque: sign('kept') };
    expect(memory.restore('key', asked(kept)).messages).toEqual([{ role: 'assistant', content: [kept] }]);
  });

  it('is forgotten when there is too much, the least used first', () => {
    const memory = createToolCallMemory({ maxBytes: 200 });
    tell(memory, 'key', called(0, 'c1', sign('x'.repeat(40))));
    tell(memory, 'key', called(0, 'c2', sign('x'.repeat(40))));
    const first = asked(call('c1', '{"a":1,"b":2}'));
    const second = asked(call('c2', '{"a":1,"b":2}'));
    memory.restore('key', first);
    tell(memory, 'key', called(0, 'c3', sign('x'.repeat(40))));
    expect(memory.restore('key', second)).toEqual(second);
    expect(memory.restore('key', first)).not.toEqual(first);
  });
});
