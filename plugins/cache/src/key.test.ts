import type { ChatRequest } from '@dragoman/plugin';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chatRequests } from '@dragoman/testing';
import { keyOf, stableJson } from './key.ts';

const QUESTION: ChatRequest = {
  protocol: 'openai-chat',
  model: 'echo',
  stream: false,
  system: [{ role: 'system', rank: 'system', content: [{ type: 'text', text: 'Be brief.' }] }],
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
  tools: [
    { kind: 'function', name: 'look', schema: { type: 'object', properties: { at: { type: 'string' } } } },
  ],
  sampling: { temperature: 0 },
  reasoning: {},
};
const key = (request: ChatRequest): string => keyOf(request, {});

/** A copy with the fields of every object in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, field]) => [name, reversed(field)] as const);
  return Object.fromEntries(fields.toReversed());
}

describe('the key of a request', () => {
  it('stays what it is from one version to the next: answers on disk outlive an update', () => {
    expect(key(QUESTION)).toBe('407b2c3ac000711d619883ddf1132248ec48863a7d74e74b0116631d4ee63a07');
    expect(keyOf(QUESTION, { owner: 'key_1', upstream: 'local' })).toBe(
      'e20b952682e30ae1ad26dc06fed82d825b7070d2300ed4aff45c98a47b3b9991',
    );
  });

  it('is the same whatever the order of fields', () => {
    fc.assert(
      fc.property(chatRequests('openai-chat'), (request) => {
        expect(key(reversed(request) as ChatRequest)).toBe(key(request));
      }),
    );
  });

  it('is the same for different requests never, whatever differs', () => {
    fc.assert(
      fc.property(chatRequests('openai-chat'), chatRequests('openai-chat'), (one, other) => {
        const asked = ({ stream: _, ...rest }: ChatRequest): string => stableJson(rest);
        expect(key(one) === key(other)).toBe(asked(one) === asked(other));
      }),
    );
  });

  it.each<[string, Partial<ChatRequest>]>([
    ['model', { model: 'other' }],
    ['system', { system: [] }],
    ['rank of the system message', { system: [{ ...QUESTION.system[0], rank: 'developer' } as never] }],
    ['messages', { messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello.' }] }] }],
    ['speaker', { messages: [{ role: 'user', name: 'ann', content: [{ type: 'text', text: 'Hello' }] }] }],
    ['tools', { tools: [] }],
    ['tool choice', { toolChoice: { mode: 'any' } }],
    ['limit of tokens', { maxTokens: 5 }],
    ['stop sequences', { stop: ['.'] }],
    ['temperature', { sampling: { temperature: 0.1 } }],
    ['seed', { sampling: { temperature: 0, seed: 1 } }],
    ['number of choices', { sampling: { temperature: 0, count: 2 } }],
    ['reasoning', { reasoning: { effort: 'low' } }],
    ['output format', { output: { type: 'json' } }],
    ['verbosity', { verbosity: 'low' }],
    ['modalities', { modalities: ['text', 'audio'] }],
    ['service tier', { serviceTier: 'flex' }],
    ['safety settings', { safety: [{ category: 'x', threshold: 'y' }] }],
    ['extensions', { extensions: { 'openai-chat': { top_a: 1 } } }],
    ['a field that this version does not know', { later: 1 } as object],
  ])('is another one with another %s', (_, change) => {
    expect(key({ ...QUESTION, ...change })).not.toBe(key(QUESTION));
  });

  it.each<[string, Partial<ChatRequest>]>([
    ['protocol', { protocol: 'anthropic' }],
    ['way of sending', { stream: true, includeUsage: true }],
    ['end user', { user: 'u1' }],
    ['metadata', { metadata: { run: '7' } }],
    ['key of the prompt cache', { cacheKey: 'k' }],
    ['wish not to be stored', { store: false }],
    [
      'mark of a prompt cache',
      {
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello', cache: { ttl: '1h' } }] }],
        tools: [{ ...QUESTION.tools[0], cache: {} } as never],
      },
    ],
  ])('is the same with another %s', (_, change) => {
    expect(key({ ...QUESTION, ...change })).toBe(key(QUESTION));
  });

  it('heeds what a tool calls "cache" in its schema', () => {
    const schema = { type: 'object', properties: { cache: { type: 'string' } } };
    const tools: ChatRequest['tools'] = [{ kind: 'function', name: 'look', schema }];
    const bare: ChatRequest['tools'] = [
      { kind: 'function', name: 'look', schema: { type: 'object', properties: {} } },
    ];
    expect(key({ ...QUESTION, tools })).not.toBe(key({ ...QUESTION, tools: bare }));
  });

  it('is another one for another client key and another upstream', () => {
    const keys = [
      keyOf(QUESTION, {}),
      keyOf(QUESTION, { owner: 'a' }),
      keyOf(QUESTION, { owner: 'b' }),
      keyOf(QUESTION, { upstream: 'a' }),
    ];
    expect(new Set(keys).size).toBe(4);
  });
});
