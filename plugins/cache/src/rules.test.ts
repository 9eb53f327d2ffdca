import type { ChatEvent, ChatRequest, FinishReason } from '@dragoman/plugin';
import { describe, expect, it } from 'vitest';
import { isCacheable, isKeepable } from './rules.ts';

const QUESTION: ChatRequest = {
  protocol: 'openai-chat',
  model: 'echo',
  stream: false,
  system: [],
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
  tools: [],
  sampling: {},
  reasoning: {},
};

describe('a request', () => {
  it('is cached', () => {
    expect(isCacheable(QUESTION)).toBe(true);
    expect(isCacheable({ ...QUESTION, store: false, tools: [{ kind: 'function', name: 'look' }] })).toBe(
      true,
    );
  });

  it.each<[string, Partial<ChatRequest>]>([
    ['state that the upstream keeps', { serverState: { conversation: 'c1' } }],
    ['a wish to be stored at the upstream', { store: true }],
    [
      'a tool that the upstream runs',
      { tools: [{ kind: 'hosted', name: 'web_search', hosted: 'web-search' }] },
    ],
  ])('with %s is not', (_, change) => {
    expect(isCacheable({ ...QUESTION, ...change })).toBe(false);
  });

  it.each([
    [0.5, 0, true],
    [0.5, 0.5, true],
    [0.5, 0.6, false],
    [0.5, undefined, false],
    [1, undefined, true],
  ])('up to temperature %j: one with %j is cached: %j', (limit, temperature, expected) => {
    const sampling = temperature === undefined ? {} : { temperature };
    expect(isCacheable({ ...QUESTION, sampling }, limit)).toBe(expected);
  });
});

const START: ChatEvent = { type: 'start', id: 'a', model: 'm' };
const TEXT: readonly ChatEvent[] = [
  { type: 'block-start', index: 0, block: { type: 'text' } },
  { type: 'block-delta', index: 0, delta: 'Hi' },
  { type: 'block-end', index: 0 },
];
const finish = (reason: FinishReason, ...otherReasons: FinishReason[]): ChatEvent => ({
  type: 'finish',
  reason,
  ...(otherReasons.length > 0 && { otherReasons }),
});

describe('a reply', () => {
  it.each<FinishReason>(['stop', 'stop-sequence', 'tool-use'])('that ended with %s is kept', (reason) => {
    expect(isKeepable([START, ...TEXT, finish(reason)])).toBe(true);
  });

  it.each<FinishReason>(['max-tokens', 'content-filter', 'pause', 'context-window'])(
    'that ended with %s is not',
    (reason) => {
      expect(isKeepable([START, ...TEXT, finish(reason)])).toBe(false);
      expect(isKeepable([START, ...TEXT, finish('stop', reason)])).toBe(false);
    },
  );

  it('that was cut or says nothing is not kept', () => {
    expect(isKeepable([START, ...TEXT])).toBe(false);
    expect(isKeepable([])).toBe(false);
    expect(isKeepable([START, finish('stop')])).toBe(false);
    const empty: readonly ChatEvent[] = [
      { type: 'block-start', index: 0, block: { type: 'text' } },
      { type: 'block-end', index: 0 },
    ];
    expect(isKeepable([START, ...empty, finish('stop')])).toBe(false);
  });

  it('that calls a tool without arguments is kept', () => {
    const call: readonly ChatEvent[] = [
      { type: 'block-start', index: 0, block: { type: 'tool-call', id: 'c', name: 'look', form: 'json' } },
      { type: 'block-end', index: 0 },
    ];
    expect(isKeepable([START, ...call, finish('tool-use')])).toBe(true);
  });
});
