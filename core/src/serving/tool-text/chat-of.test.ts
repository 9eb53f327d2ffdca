import {
  type ChatEvent,
  type ChatRequest,
  checkGrammar,
  collect,
  DEFAULT_CAPABILITIES,
  defineToolFormat,
  envelopes,
  type Provider,
  regions,
} from '@dragoman/plugin';
import { chatRequest, createTestContext } from '@dragoman/testing';
import { expect, it } from 'vitest';
import { candidate } from '../../../../tests/support/candidates.ts';
import { findTextRules } from '../../upstreams/text-rules.ts';
import { chatOf } from './chat-of.ts';

const tagged = defineToolFormat({
  name: 'tagged',
  read: regions({ starts: { '<c>': envelopes({ end: '</c>' }) } }),
  prompt: { tools: () => 'TOOLS', calls: () => 'CALLS', results: () => 'RESULTS' },
});
const { context } = createTestContext();

/** Asks a provider that says these texts, one for each request. */
function ask(own: Partial<ChatRequest>, texts: readonly (readonly string[])[], capabilities = {}) {
  const asked: ChatRequest[] = [];
  let signs = 0;
  const provider: Partial<Provider> = {
    async *chat(request) {
      const pieces = texts[asked.length] ?? [];
      asked.push(request);
      yield { type: 'start', id: 'r', model: 'm' };
      yield { type: 'block-start', index: 7, block: { type: 'text' } };
      for (const delta of pieces) yield { type: 'block-delta', index: 7, delta };
      yield { type: 'block-end', index: 7 };
      yield { type: 'finish', reason: 'stop', usage: { input: 10, output: 1, reasoning: 1 } };
    },
  };
  const one = candidate('up', {}, provider);
  const known = { ...DEFAULT_CAPABILITIES, toolCalls: 'tagged', ...capabilities };
  const upstream = {
    ...one.upstream,
    textRulesOf: () => findTextRules(known, new Map([['tagged', tagged]])),
  };
  const chat = chatOf({ upstream, model: 'm' }, () => (signs += 1));
  const request = chatRequest('Hi.', { tools: [{ kind: 'function', name: 'f' }], ...own });
  const events = checkGrammar(chat(request, context));
  return { asked, events, signs: () => signs };
}

const CALL = ['<c>{"name":', '"f","argu', 'ments":{}}</c>'];

it('gives a sign of life for each event, also while text is held', async () => {
  const { events, signs } = ask({}, [CALL]);
  const iterator = events[Symbol.asyncIterator]();
  const told: ChatEvent[] = [];
  for (const _ of [1, 2]) told.push((await iterator.next()).value as ChatEvent);
  expect(told.map(({ type }) => type)).toEqual(['start', 'block-start']);
  expect(signs()).toBe(5);
  await iterator.return?.(undefined);
});

it('asks again for a call that is a must, counts all replies, and tells only the last', async () => {
  const forced = { toolChoice: { mode: 'any' as const } };
  const { asked, events } = ask(forced, [['No.'], ['<c>{}'], CALL], { toolCallRetries: 2 });
  const reply = await collect(events);
  expect(reply).toMatchObject({
    choices: [{ content: [{ type: 'tool-call', name: 'f' }], reason: 'tool-use' }],
    usage: { input: 30, output: 3, reasoning: 3 },
  });
  expect(asked.map(({ messages }) => messages.length)).toEqual([1, 3, 5]);
  expect(asked[2]?.messages[3]).toMatchObject({ role: 'assistant', content: [{ text: '<c>{}' }] });
});

it('does not ask again for a reply that is too long to be held', async () => {
  const forced = { toolChoice: { mode: 'any' as const } };
  const long = Array.from({ length: 11 }, () => 'x'.repeat(100_000));
  const { asked, events } = ask(forced, [long], { toolCallRetries: 2 });
  const { choices } = await collect(events);
  expect(choices[0]).toMatchObject({ content: [{ text: long.join('') }], reason: 'stop' });
  expect(asked).toHaveLength(1);
});

it('throws if a provider names a format that no plugin has', () => {
  expect(() => ask({}, [CALL], { toolCalls: 'other' })).toThrow('There is no tool format "other".');
});
