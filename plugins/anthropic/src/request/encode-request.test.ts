import { type Capabilities, type ChatRequest, DEFAULT_CAPABILITIES, type JsonObject } from '@dragoman/plugin';
import { describe, expect, it } from 'vitest';
import { encodeRequest } from './encode-request.ts';

interface Encoded {
  readonly body: JsonObject;
  readonly dropped: readonly string[];
}

function encode(changes: Partial<ChatRequest>, capabilities: Partial<Capabilities> = {}): Encoded {
  const dropped: string[] = [];
  const request: ChatRequest = {
    ...{ protocol: 'openai-chat', model: 'claude', stream: false, system: [], tools: [] },
    ...{ sampling: {}, reasoning: {}, messages: [{ role: 'user', content: [{ type: 'text', text: 'q' }] }] },
    ...changes,
  };
  const { body } = encodeRequest(request, {
    capabilities: { ...DEFAULT_CAPABILITIES, ...capabilities },
    drop: (field) => dropped.push(field),
  });
  return { body, dropped };
}

const tool = { kind: 'function', name: 'f' } as const;
const other = { kind: 'function', name: 'g' } as const;

describe('a request for Anthropic', () => {
  it('does not think where it must call a tool', () => {
    const wish = { reasoning: { effort: 'high' }, tools: [tool], toolChoice: { mode: 'any' } } as const;
    const { body, dropped } = encode(wish, { thinking: 'budget' });
    expect(body).toMatchObject({ tool_choice: { type: 'any' } });
    expect(body).not.toHaveProperty('thinking');
    expect(dropped).toContain('reasoning');
  });

  it('asks in words for a tool that the model cannot be forced to call', () => {
    const wish = { tools: [tool], toolChoice: { mode: 'one', names: ['f'] } } as const;
    const { body } = encode(wish, { thinking: 'always-adaptive', forcedToolChoice: false });
    expect(body).toMatchObject({
      tool_choice: { type: 'auto' },
      system: [{ text: 'Answer by calling the tool "f".' }],
    });
  });

  it('offers the tools alone that may be called', () => {
    const { body } = encode({ tools: [tool, other], toolChoice: { mode: 'auto', names: ['g'] } });
    expect(body['tools']).toMatchObject([{ name: 'g' }]);
  });

  it.each([
    [8000, 2048, 2048],
    [1500, 2048, 1125],
    [1200, 16_384, 1024],
  ])(
    'with %i tokens at most leaves room to answer behind %i tokens of thought',
    (maxTokens, budget, sent) => {
      const { body } = encode({ maxTokens, reasoning: { budgetTokens: budget } }, { thinking: 'budget' });
      expect(body['thinking']).toEqual({ type: 'enabled', budget_tokens: sent });
    },
  );

  it('does not think when there is no room to', () => {
    const { body, dropped } = encode(
      { maxTokens: 1024, reasoning: { effort: 'low' } },
      { thinking: 'budget' },
    );
    expect(body).not.toHaveProperty('thinking');
    expect(dropped).toEqual(['reasoning']);
  });

  it('tells models that decide themselves how hard to think', () => {
    const levels = ['low', 'medium', 'high'] as const;
    expect(
      encode({ reasoning: { effort: 'max' } }, { thinking: 'adaptive', effortLevels: [...levels] }).body,
    ).toMatchObject({
      thinking: { type: 'adaptive', display: 'summarized' },
      output_config: { effort: 'high' },
    });
  });

  it('asks for JSON in words where there is no schema', () => {
    const { body, dropped } = encode({ output: { type: 'json' } });
    expect(body).toMatchObject({ system: [{ text: expect.stringContaining('JSON') as string }] });
    expect(dropped).toEqual(['response_format']);
  });

  it('searches the web with Anthropic’s own tool', () => {
    const search = { allowedDomains: ['a.example'], location: { city: 'Oslo' }, contextSize: 'low' } as const;
    const { body, dropped } = encode({
      tools: [{ kind: 'hosted', name: 'web_search', hosted: 'web-search', search }],
    });
    expect(body['tools']).toEqual([
      {
        type: 'web_search_20250305',
        name: 'web_search',
        allowed_domains: ['a.example'],
        user_location: { type: 'approximate', city: 'Oslo' },
      },
    ]);
    expect(dropped).toEqual(['search_context_size']);
  });

  it.each<[string, Partial<ChatRequest>]>([
    ['tools', { tools: [{ kind: 'hosted', name: 'code_interpreter', hosted: 'code-execution' }] }],
    ['n', { sampling: { count: 2 } }],
    ['modalities', { modalities: ['text', 'audio'] }],
    ['previousResponseId', { serverState: { previousResponseId: 'resp_1' } }],
  ])('is refused with %s that it cannot express', (field, changes) => {
    expect(() => encode(changes)).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ field }) as object }),
    );
  });

  it('never asks for more tokens than the model has', () => {
    const { body, dropped } = encode({ maxTokens: 100_000 }, { maxOutput: 64_000 });
    expect(body['max_tokens']).toBe(64_000);
    expect(dropped).toEqual(['max_tokens']);
    expect(encode({}, { maxOutput: 64_000 }).body['max_tokens']).toBe(64_000);
  });

  it('knows who speaks when there are several', () => {
    const said = (text: string, name: string) =>
      ({ role: 'user', name, content: [{ type: 'text', text }] }) as const;
    const { body } = encode({ messages: [said('hi', 'Ann'), said('ho', 'Bob')] });
    expect(body['messages']).toMatchObject([{ content: [{ text: 'Ann: hi' }, { text: 'Bob: ho' }] }]);
  });

  it('keeps what only tunes the answer out of the way', () => {
    const { body, dropped } = encode({
      sampling: { seed: 1, temperature: 1.5, topP: 0 },
      serviceTier: 'flex',
    });
    expect(body).toMatchObject({ temperature: 1, top_p: 0 });
    expect(dropped).toEqual(['seed', 'temperature', 'service_tier']);
  });
});
