import { type ChatRequest, DEFAULT_CAPABILITIES, type JsonObject } from '@dragoman/plugin';
import { describe, expect, it } from 'vitest';
import { chatRequest } from '@dragoman/testing';
import { encodeRequest } from './encode-request.ts';

interface Encoded {
  readonly body: JsonObject;
  readonly dropped: readonly string[];
}

/** As the request of a client of another protocol is sent. */
function encode(changes: Partial<ChatRequest>): Encoded {
  const dropped: string[] = [];
  const request = chatRequest('hi', { stream: false, protocol: 'anthropic', ...changes });
  const drop = (field: string): void => void dropped.push(field);
  return { body: encodeRequest(request, { capabilities: DEFAULT_CAPABILITIES, drop }).body, dropped };
}

const text = (value: string) => ({ type: 'text', text: value }) as const;

describe('tools of clients of other protocols', () => {
  it('become functions with names that servers take', () => {
    const grammar = { syntax: 'lark', definition: 'start: "x"' } as const;
    const { body } = encode({
      tools: [
        { kind: 'freeform', name: 'apply.patch', grammar },
        { kind: 'function', name: 'query', namespace: 'db' },
      ],
      toolChoice: { mode: 'one', names: ['query'] },
    });
    expect(body).toMatchObject({
      tools: [
        {
          type: 'function',
          function: {
            name: 'apply_patch',
            description: 'The input must follow this lark grammar:\nstart: "x"',
            parameters: { properties: { input: { type: 'string' } } },
          },
        },
        { type: 'function', function: { name: 'db__query' } },
      ],
      tool_choice: { type: 'function', function: { name: 'db__query' } },
    });
  });

  it('search the web as this wire says it', () => {
    const search = { contextSize: 'high', maxUses: 3, location: { country: 'NO' } } as const;
    const tools = [{ kind: 'hosted', name: 'web_search', hosted: 'web-search', search }] as const;
    const { body, dropped } = encode({ tools });
    expect(body['web_search_options']).toEqual({
      search_context_size: 'high',
      user_location: { type: 'approximate', approximate: { country: 'NO' } },
    });
    expect(dropped).toEqual(['tools.maxUses']);
  });

  it('keep calls and results together under ids that are short enough', () => {
    const id = 'x'.repeat(80);
    const call = { type: 'tool-call', id, name: 'f', form: 'freeform', arguments: 'a"b' } as const;
    const { body } = encode({
      messages: [
        { role: 'user', content: [text('q')] },
        { role: 'assistant', content: [call] },
        { role: 'user', content: [{ type: 'tool-result', callId: id, content: [text('r')] }] },
      ],
    });
    const [, turn, result] = body['messages'] as readonly {
      tool_call_id?: string;
      tool_calls?: readonly { id: string; function: { arguments: string } }[];
    }[];
    expect(turn?.tool_calls?.[0]?.function.arguments).toBe('{"input":"a\\"b"}');
    expect(turn?.tool_calls?.[0]?.id).toHaveLength(64);
    expect(result?.tool_call_id).toBe(turn?.tool_calls?.[0]?.id);
  });
});
