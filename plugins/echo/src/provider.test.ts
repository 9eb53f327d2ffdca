import type { ChatEvent, ChatRequest, FunctionTool, Message, ToolResultPart } from '@dragoman/plugin';
import { describe, expect, it } from 'vitest';
import { chatRequest, createTestContext, failureOf, readEvents, readReply, textOf } from '@dragoman/testing';
import { listModels } from './models.ts';
import { echoProvider } from './provider.ts';

const WEATHER: FunctionTool = {
  kind: 'function',
  name: 'get_weather',
  schema: { type: 'object', properties: { city: { type: 'string', default: 'Bergen' } }, required: ['city'] },
};
const CLOCK: FunctionTool = { kind: 'function', name: 'readClock' };

const { setup } = createTestContext();

const provider = (delayMs = 0) => echoProvider.create({ delayMs }, setup);

const ask = (text: string, changes: Partial<ChatRequest> = {}) => {
  const request = chatRequest(text, { model: 'echo', ...changes });
  return readReply(provider().chat(request, createTestContext().context));
};

const callsOf = async (text: string, changes: Partial<ChatRequest>) => {
  const { choices } = await ask(text, changes);
  return choices[0]?.content.flatMap((part) =>
    part.type === 'tool-call' ? [part.name, part.arguments] : [],
  );
};

const typesOf = async (changes: Partial<ChatRequest>) =>
  (await ask('hi', changes)).choices[0]?.content.map(({ type }) => type);

const result = (callId: string, more: Partial<ToolResultPart>): Message => ({
  role: 'user',
  content: [{ type: 'tool-result', callId, content: [], ...more }],
});

const failing = async (model: string) => {
  const seen: ChatEvent[] = [];
  const read = async () => {
    for await (const event of provider().chat(
      chatRequest('one two three', { model }),
      createTestContext().context,
    ))
      seen.push(event);
  };
  const failure = await failureOf(read());
  return { failure, seen: seen.map(({ type }) => type) };
};

const embed = (inputs: readonly (string | readonly number[])[], dimensions?: number) => {
  const request = {
    protocol: 'openai-chat',
    model: 'echo',
    inputs,
    ...(dimensions !== undefined && { dimensions }),
  };
  return Promise.resolve(provider().embed?.(request, createTestContext().context));
};

const vectorsOf = async (...inputs: string[]) => (await embed(inputs))?.vectors ?? [];

const nearness = (one: readonly number[] = [], other: readonly number[] = []): number =>
  one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0);

describe('the echo provider', () => {
  describe('answers', () => {
    it('with what it was told, word by word', async () => {
      const events = await readEvents(
        provider().chat(chatRequest('Hello  wörld\n'), createTestContext().context),
      );
      const deltas = events.flatMap((event) => (event.type === 'block-delta' ? event.delta : []));
      expect(deltas).toEqual(['You', ' said:', ' Hello', '  wörld', '\n']);
    });

    it('with the last thing that the user said', async () => {
      const messages: Message[] = ['one', 'two'].map((text) => ({
        role: 'user',
        content: [{ type: 'text', text }],
      }));
      expect(textOf(await ask('', { messages }))).toBe('You said: two');
      expect(textOf(await ask('', { messages: [] }))).toBe('You said nothing.');
    });

    it('with the names of media', async () => {
      const source = { type: 'url', url: 'https://example.com/a' } as const;
      const content: Message['content'] = [
        { type: 'text', text: 'Look' },
        { type: 'media', media: 'image', source },
        { type: 'media', media: 'document', source, name: 'a.pdf' },
      ];
      const send = (parts: typeof content) =>
        ask('', { messages: [{ role: 'user', content: parts } as Message] });
      expect(textOf(await send(content))).toBe('You said: Look (with an image and a file named "a.pdf")');
      expect(textOf(await send(content.slice(1, 2) as typeof content))).toBe('You sent an image.');
    });

    it('with as many choices as are wanted', async () => {
      const reply = await ask('hi', { sampling: { count: 3 } });
      expect(reply.choices.map(({ content, reason }) => [content.length, reason])).toEqual(
        ['stop', 'stop', 'stop'].map((reason) => [1, reason]),
      );
      expect(reply.usage).toEqual({ input: 1, output: 9 });
    });

    it('and counts words as tokens, the prompt too', async () => {
      const system = [
        { role: 'system', rank: 'system', content: [{ type: 'text', text: 'Be nice' }] },
      ] as const;
      expect((await ask('one two', { system })).usage).toEqual({ input: 4, output: 4 });
    });

    it('and reports what had no effect', async () => {
      const { context, dropped } = createTestContext();
      const tools = [{ kind: 'hosted', name: 'web', hosted: 'web-search' }] as const;
      await readReply(provider().chat(chatRequest('hi', { tools, sampling: { logprobs: true } }), context));
      expect(dropped.map(({ field }) => field)).toEqual(['sampling.logprobs', 'tools[0]']);
    });
  });

  describe('stops', () => {
    it('at the most tokens, reasoning included', async () => {
      const reply = await ask('a b c', { maxTokens: 3 });
      expect([textOf(reply), reply.choices[0]?.reason]).toEqual(['You said: a', 'max-tokens']);
      const reasoned = await ask('a b c', { maxTokens: 3, model: 'echo-reasoning' });
      expect(reasoned.choices[0]?.content.map(({ type }) => type)).toEqual(['reasoning']);
      expect((await ask('a', { maxTokens: 3 })).choices[0]?.reason).toBe('stop');
      expect((await ask('a', { maxTokens: 0 })).choices).toEqual([{ content: [], reason: 'max-tokens' }]);
    });

    it('at the first stop sequence', async () => {
      const reply = await ask('one two three', { stop: ['', 'three', ' two'] });
      expect([textOf(reply), reply.choices[0]?.reason, reply.stopSequence]).toEqual([
        'You said: one',
        'stop-sequence',
        ' two',
      ]);
    });
  });

  describe('reasons', () => {
    it.each<[string, Partial<ChatRequest>]>([
      ['the model does', { model: 'echo-reasoning' }],
      ['an effort is wished', { reasoning: { effort: 'low' } }],
      ['a budget is wished', { reasoning: { budgetTokens: 100 } }],
    ])('first when %s', async (_, changes) => {
      expect(await typesOf(changes)).toEqual(['reasoning', 'text']);
      expect((await ask('hi', changes)).usage?.reasoning).toBeGreaterThan(0);
    });

    it.each([
      {},
      { effort: 'none' },
      { effort: 'high', off: true },
      { effort: 'high', show: 'none' },
    ] as const)('not for the wish %j', async (reasoning) => {
      expect(await typesOf({ reasoning })).toEqual(['text']);
    });
  });

  describe('calls tools', () => {
    it.each([
      ['Use get_weather please', ['get_weather', '{"city":"Bergen"}']],
      ['What is the WEATHER?', ['get_weather', '{"city":"Bergen"}']],
      ['The weather, {"city": "Oslo"}', ['get_weather', '{"city":"Oslo"}']],
      ['What does the clock say', ['readClock', '{}']],
      ['weather and clock', ['get_weather', '{"city":"Bergen"}', 'readClock', '{}']],
      ['get me the whether', []],
    ])('that the prompt mentions: %s', async (text, expected) => {
      expect(await callsOf(text, { tools: [WEATHER, CLOCK] })).toEqual(expected);
    });

    it('when it must, and not when it must not', async () => {
      const tools = [WEATHER, CLOCK];
      const names = ['readClock'];
      expect(await callsOf('hi', { tools, toolChoice: { mode: 'any' } })).toHaveLength(2);
      expect(await callsOf('hi', { tools, toolChoice: { mode: 'one', names } })).toEqual(['readClock', '{}']);
      expect(await callsOf('weather', { tools, toolChoice: { mode: 'none' } })).toEqual([]);
      expect(await callsOf('weather', { tools, toolChoice: { mode: 'auto', names } })).toEqual([]);
      expect(
        await callsOf('weather clock', { tools, toolChoice: { mode: 'auto', parallel: false } }),
      ).toHaveLength(2);
    });

    it('that take free text', async () => {
      const shell = { kind: 'freeform', name: 'shell' } as const;
      const digits = {
        ...shell,
        name: 'digits',
        grammar: { syntax: 'regex', definition: '^[1-9]{3}$' },
      } as const;
      expect(await callsOf('shell digits', { tools: [shell, digits] })).toEqual([
        'shell',
        'shell digits',
        'digits',
        expect.stringMatching(/^[1-9]{3}$/),
      ]);
    });

    it('and answers with their results', async () => {
      const call = {
        type: 'tool-call',
        id: 'call_1',
        name: 'get_weather',
        form: 'json',
        arguments: '{}',
      } as const;
      const messages: Message[] = [
        ...chatRequest('weather').messages,
        { role: 'assistant', content: [call, { ...call, id: 'call_2' }] },
        result('call_1', { content: [{ type: 'text', text: 'Sunny' }] }),
        result('call_2', { json: { rain: true }, isError: true, name: 'rain' }),
      ];
      const reply = await ask('', { messages, tools: [WEATHER] });
      expect(textOf(reply)).toBe('get_weather answered: Sunny\nrain failed: {"rain":true}');
      const again = [...messages, ...chatRequest('weather').messages];
      const { choices } = await ask('', { messages: again, tools: [WEATHER] });
      expect(choices[0]).toMatchObject({ reason: 'tool-use', content: [{ id: 'call_3' }] });
    });

    it('but refuses a schema that nothing satisfies', async () => {
      const tool = { ...WEATHER, schema: { type: 'object', required: ['x'], properties: { x: false } } };
      const failure = await failureOf(ask('weather', { tools: [tool] }));
      expect(failure).toMatchObject({ kind: 'invalid', message: expect.stringContaining('get_weather') });
    });
  });

  describe('structures its answer', () => {
    it('as JSON', async () => {
      expect(JSON.parse(textOf(await ask('hi', { output: { type: 'json' } })))).toEqual({
        echo: 'You said: hi',
      });
    });

    it('as the schema says', async () => {
      const schema = { type: 'object', properties: { size: { enum: ['S'] } }, required: ['size'] };
      expect(textOf(await ask('hi', { output: { type: 'schema', schema } }))).toBe('{"size":"S"}');
      expect(await failureOf(ask('hi', { output: { type: 'schema', schema: { enum: [] } } }))).toMatchObject({
        kind: 'invalid',
      });
    });
  });

  describe('fails on request', () => {
    it.each([
      [400, 'invalid'],
      [401, 'upstream-auth'],
      [403, 'upstream-auth'],
      [404, 'upstream-model'],
      [429, 'rate-limit'],
      [500, 'upstream-broken'],
      [503, 'overloaded'],
      [529, 'overloaded'],
    ])('as an upstream that answers %s', async (status, kind) => {
      const { failure, seen } = await failing(`echo-error-${status}`);
      expect(failure).toMatchObject({ kind, details: { upstream: { status } } });
      expect(seen).toEqual([]);
    });

    it('and tells how long to wait after 429', async () => {
      expect((await failing('echo-error-429')).failure).toMatchObject({ details: { retryAfterMs: 1000 } });
    });

    it.each([
      ['echo-cut', 'upstream-broken'],
      ['echo-error-midstream', 'overloaded'],
    ])('in the middle: %s', async (model, kind) => {
      const { failure, seen } = await failing(model);
      expect(failure).toMatchObject({ kind });
      expect(seen).toEqual(['start', 'block-start', 'block-delta', 'block-delta', 'block-delta']);
    });

    it.each([
      ['echo-silent', 0],
      ['echo-hang', 3],
    ])('with silence until the abort: %s', async (model, count) => {
      const { context, abort } = createTestContext();
      const events = provider().chat(chatRequest('hi', { model }), context)[Symbol.asyncIterator]();
      for (let index = 0; index < count; index += 1) expect((await events.next()).done).toBe(false);
      const next = failureOf(events.next());
      abort();
      expect(await next).toMatchObject({ kind: 'cancelled' });
    });

    it('when it embeds, too', async () => {
      const request = { protocol: 'openai-chat', model: 'echo-error-429', inputs: ['a'] };
      const failure = await failureOf(
        Promise.resolve(provider().embed?.(request, createTestContext().context)),
      );
      expect(failure).toMatchObject({ kind: 'rate-limit' });
    });
  });

  describe('with a delay', () => {
    it('ends at once when it is aborted', async () => {
      const { context, abort } = createTestContext();
      const events = provider(60_000).chat(chatRequest('hi'), context)[Symbol.asyncIterator]();
      await events.next();
      await events.next();
      const next = failureOf(events.next());
      abort(new DOMException('The time is up.', 'TimeoutError'));
      expect(await next).toMatchObject({ kind: 'timeout' });
    });
  });

  it('lists every model once', () => {
    const ids = listModels().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining(['echo', 'echo-reasoning', 'echo-error-529', 'echo-hang']));
  });

  describe('embeds', () => {
    it('as unit vectors, the same for the same text', async () => {
      const [one, two, empty] = await vectorsOf('A cat sat', 'A cat sat', '');
      expect(one).toEqual(two);
      expect(nearness(one, one)).toBeCloseTo(1);
      expect(nearness(empty, empty)).toBeCloseTo(1);
    });

    it('near for texts that share words', async () => {
      const [cat, kitten, car] = await vectorsOf('the cat sat down', 'the cat sat up', 'engines burn fuel');
      expect(nearness(cat, kitten)).toBeGreaterThan(nearness(cat, car));
    });

    it('in the wanted size, also of token ids', async () => {
      const reply = await embed(['a', [1, 2, 3]], 8);
      expect(reply?.vectors.map((vector) => vector.length)).toEqual([8, 8]);
      expect(reply?.usage).toEqual({ input: 4, output: 0 });
      expect(await failureOf(embed(['a'], 0))).toMatchObject({
        kind: 'invalid',
        details: { field: 'dimensions' },
      });
    });
  });
});
