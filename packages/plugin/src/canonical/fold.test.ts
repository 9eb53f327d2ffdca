import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AssistantPart, ChatEvent, ChatReply, Choice, FinishReason, Opaque } from './chat.ts';
import { collect, unfold } from './fold.ts';
import { checkGrammar } from './grammar.ts';
import type { JsonValue } from './json.ts';

async function* stream(events: Iterable<ChatEvent>): AsyncGenerator<ChatEvent> {
  yield* events;
}

const START: ChatEvent = { type: 'start', id: 'r1', model: 'm' };
const fold = (...events: ChatEvent[]): Promise<ChatReply> => collect(stream([START, ...events]));

describe('collect', () => {
  it('joins the deltas of interleaved blocks and keeps the order in which they began', async () => {
    const reply = await fold(
      { type: 'block-start', index: 0, block: { type: 'reasoning', form: 'raw' } },
      { type: 'block-delta', index: 0, delta: 'I ' },
      { type: 'block-start', index: 1, block: { type: 'text' } },
      { type: 'block-delta', index: 1, delta: 'Hel' },
      { type: 'block-delta', index: 0, delta: 'think' },
      { type: 'block-delta', index: 1, delta: 'lo' },
      { type: 'block-end', index: 1 },
      { type: 'block-opaque', index: 0, opaque: { protocol: 'x', kind: 'thinking', data: 'old' } },
      { type: 'block-opaque', index: 0, opaque: { protocol: 'x', kind: 'thinking', data: 'new' } },
      { type: 'block-end', index: 0 },
      { type: 'finish', reason: 'stop', stopSequence: 'END' },
    );
    expect(reply).toEqual({
      id: 'r1',
      model: 'm',
      stopSequence: 'END',
      choices: [
        {
          reason: 'stop',
          content: [
            {
              type: 'reasoning',
              form: 'raw',
              text: 'I think',
              opaque: { protocol: 'x', kind: 'thinking', data: 'new' },
            },
            { type: 'text', text: 'Hello' },
          ],
        },
      ],
    });
  });

  it('tells the choices apart, with the reason of each', async () => {
    const reply = await fold(
      { type: 'block-start', index: 0, block: { type: 'text' }, choice: 1 },
      { type: 'block-start', index: 1, block: { type: 'text' } },
      { type: 'block-delta', index: 1, delta: 'first' },
      { type: 'block-delta', index: 0, delta: 'second' },
      { type: 'block-end', index: 0 },
      { type: 'block-end', index: 1 },
      { type: 'finish', reason: 'stop', otherReasons: ['max-tokens', 'content-filter'] },
    );
    expect(reply.choices).toEqual([
      { reason: 'stop', content: [{ type: 'text', text: 'first' }] },
      { reason: 'max-tokens', content: [{ type: 'text', text: 'second' }] },
      { reason: 'content-filter', content: [] },
    ]);
  });

  it('loses no choice whose reason is missing', async () => {
    const reply = await fold(
      { type: 'block', index: 0, part: { type: 'raw', protocol: 'x', value: 1 }, choice: 2 },
      { type: 'finish', reason: 'max-tokens' },
    );
    expect(reply.choices.map((choice) => choice.reason)).toEqual(['max-tokens', 'max-tokens', 'max-tokens']);
    expect(reply.choices[2]?.content).toHaveLength(1);
  });

  it.each([
    ['json', '{}'],
    ['freeform', ''],
  ] as const)('gives a %s call without arguments %j', async (form, expected) => {
    const reply = await fold(
      { type: 'block-start', index: 0, block: { type: 'tool-call', id: 'c', name: 'f', form } },
      { type: 'block-end', index: 0 },
      { type: 'finish', reason: 'tool-use' },
    );
    expect(reply.choices[0]?.content).toEqual([
      { type: 'tool-call', id: 'c', name: 'f', form, arguments: expected },
    ]);
  });

  it('lets later reports of usage replace fields, and never adds', async () => {
    const reply = await collect(
      stream([
        { ...START, usage: { input: 10, output: 1, cacheRead: 4 } },
        { type: 'usage', usage: { input: 10, output: 5, reasoning: 2 } },
        { type: 'finish', reason: 'stop', usage: { input: 11, output: 7 } },
      ]),
    );
    expect(reply.usage).toEqual({ input: 11, output: 7, cacheRead: 4, reasoning: 2 });
  });

  it('keeps what the start and the finish said in their own words', async () => {
    const reply = await collect(
      stream([
        { ...START, extensions: { a: { x: 1, y: 1 }, b: { z: 1 } } },
        { type: 'finish', reason: 'stop', extensions: { a: { y: 2 }, c: { w: 1 } } },
      ]),
    );
    expect(reply.extensions).toEqual({ a: { x: 1, y: 2 }, b: { z: 1 }, c: { w: 1 } });
  });

  it('joins the log probabilities of a choice', async () => {
    const reply = await fold(
      { type: 'block-start', index: 0, block: { type: 'text' } },
      { type: 'block-logprobs', index: 0, logprobs: [{ token: 'a' }] },
      { type: 'block-logprobs', index: 0, logprobs: [{ token: 'b' }, { token: 'c' }] },
      { type: 'block-end', index: 0 },
      { type: 'finish', reason: 'stop' },
    );
    expect(reply.choices[0]?.logprobs).toEqual([{ token: 'a' }, { token: 'b' }, { token: 'c' }]);
  });

  it.each([[[]], [[START]], [[{ type: 'finish', reason: 'stop' }] satisfies ChatEvent[]]])(
    'refuses a reply that is not whole',
    async (events: ChatEvent[]) => {
      await expect(collect(stream(events))).rejects.toMatchObject({ kind: 'upstream-broken' });
    },
  );
});

const text = fc.string();
const json = fc.jsonValue() as fc.Arbitrary<JsonValue>;
const optional = { requiredKeys: ['type', 'text'] as ('type' | 'text')[] };
const opaque: fc.Arbitrary<Opaque> = fc.record(
  { protocol: text, kind: fc.constantFrom('thinking', 'call'), data: text },
  { requiredKeys: ['protocol', 'kind'] },
);
const citations = fc.array(fc.record({ url: text, start: fc.nat() }), { minLength: 1 });
const part: fc.Arbitrary<AssistantPart> = fc.oneof(
  fc.record({ type: fc.constant('text' as const), text, opaque, citations }, optional),
  fc.record({ type: fc.constant('refusal' as const), text }),
  fc.record(
    {
      type: fc.constant('reasoning' as const),
      text,
      form: fc.constantFrom('raw', 'summary', 'hidden'),
      opaque,
    },
    { requiredKeys: ['type', 'text', 'form'] },
  ),
  fc.record(
    {
      type: fc.constant('tool-call' as const),
      id: text,
      name: text,
      namespace: text,
      form: fc.constant('json' as const),
      arguments: fc.string({ minLength: 1 }),
      hosted: fc.boolean(),
      opaque,
    },
    { requiredKeys: ['type', 'id', 'name', 'form', 'arguments'] },
  ),
  fc.record({ type: fc.constant('raw' as const), protocol: text, value: json }),
  fc.record({
    type: fc.constant('media' as const),
    media: fc.constant('image' as const),
    source: fc.record({ type: fc.constant('url' as const), url: text }),
  }),
);
const reason = fc.constantFrom<FinishReason>('stop', 'max-tokens', 'tool-use', 'content-filter');
const choice: fc.Arbitrary<Choice> = fc
  .record(
    { content: fc.array(part), reason, logprobs: fc.array(json, { minLength: 1 }) },
    { requiredKeys: ['content', 'reason'] },
  )
  .map(({ logprobs, ...rest }) => {
    const hasTokens = rest.content.some((entry) => entry.type !== 'raw' && entry.type !== 'media');
    return logprobs && hasTokens ? { ...rest, logprobs } : rest;
  });
const reply: fc.Arbitrary<ChatReply> = fc.record(
  {
    id: text,
    model: text,
    created: fc.nat(),
    choices: fc.array(choice, { minLength: 1, maxLength: 3 }),
    stopSequence: text,
    usage: fc.record({ input: fc.nat(), output: fc.nat() }),
    extensions: fc.constant({ x: { a: 1 } }),
  },
  { requiredKeys: ['id', 'model', 'choices'] },
);

describe('unfold', () => {
  it('is the inverse of collect and keeps the grammar', async () => {
    await fc.assert(
      fc.asyncProperty(reply, async (value) => {
        expect(await collect(checkGrammar(stream(unfold(value))))).toEqual(value);
      }),
    );
  });

  it('refuses a reply without choices', () => {
    expect(() => [...unfold({ id: 'r', model: 'm', choices: [] })]).toThrow(
      "The upstream's reply has no choices.",
    );
  });
});
