import { describe, expect, it } from 'vitest';
import { candidate, routing } from '../../../tests/support/candidates.ts';
import { chatRequest } from '@dragoman/testing';
import { bodyOf, callOf, exchangeOf, fakeEndpoint, replyOf } from '../../../tests/support/exchange.ts';
import {
  type ChatEvent,
  type ChatReply,
  type ChatRequest,
  createOpaqueBox,
  type ErrorKind,
  type FinishEvent,
  GatewayError,
  type Provider,
} from '@dragoman/plugin';
import type { Reply } from '../routing/reply.ts';
import { createToolCallMemory, type ToolCallMemory } from './tool-call-memory.ts';
import { translate } from './translate.ts';

const opaque = createOpaqueBox(Buffer.alloc(32));
const failure = (kind: ErrorKind): GatewayError => new GatewayError(kind, `No: ${kind}.`);

interface Setting {
  readonly request?: Partial<ChatRequest>;
  readonly keep?: (reply: ChatReply) => Promise<void>;
  readonly losesState?: boolean;
  readonly memory?: ToolCallMemory;
}

/** A provider that a client asks in another protocol. */
function conversation(chat: Provider['chat'], { request: own, keep, losesState, memory }: Setting = {}) {
  const one = candidate('up', {}, { chat });
  const exchange = exchangeOf();
  exchange.record.estimate = () => ({ input: 7, output: 0, choices: 1 });
  const failures: ErrorKind[] = [];
  let isReleased = false;
  const call = callOf(one, {
    signal: exchange.signal,
    dropped: exchange.record.dropped,
    onFailure: ({ kind }) => failures.push(kind),
    onRelease: () => (isReleased = true),
  });
  const request = chatRequest('Hi.', { model: 'asked-for', stream: false, ...own });
  const context = { request, id: 'r', created: 0, opaque };
  return {
    ...{ exchange, call, failures },
    isReleased: () => isReleased,
    ask: (): Promise<Reply> =>
      translate(exchange, {
        endpoint: { ...fakeEndpoint, ...(losesState && { losesState }) },
        ...{ request, candidate: one, call, context, hold: routing.hold },
        memory: memory ?? createToolCallMemory(),
        ...(keep && { keep }),
      }),
  };
}

/** A provider that tells these events, and fails where one is an error. */
const telling = (events: readonly (ChatEvent | Error)[]) =>
  async function* chat(): AsyncGenerator<ChatEvent> {
    for (const event of events) {
      if (event instanceof Error) throw event;
      yield await Promise.resolve(event);
    }
  };
const linesOf = async (reply: Reply): Promise<readonly string[]> =>
  (await bodyOf(reply)).split('\n').slice(0, -1);
const usage = { input: 3, output: 2 };

describe('a request that is converted', () => {
  it("reaches the provider with the upstream's name of the model, and its reply has the client's", async () => {
    const asked: ChatRequest[] = [];
    const { ask, call, isReleased } = conversation((request) => {
      asked.push(request);
      return telling(replyOf('Hello.', { usage }))();
    });
    const reply = await ask();
    expect(asked).toMatchObject([{ model: 'm', messages: [{ role: 'user' }] }]);
    expect(await bodyOf(reply)).toBe('{"model":"asked-for","text":"Hello.","usage":{"input":3,"output":2}}');
    expect(reply.headers).toEqual({ 'content-type': 'application/json; charset=utf-8' });
    expect([call.begunAt !== undefined || call.seen.firstAt !== undefined, isReleased()]).toEqual([
      true,
      true,
    ]);
  });

  it('is refused before the provider is asked, where it has fields that no other wire has', async () => {
    const { ask } = conversation(
      () => {
        throw new Error('Nobody expects this.');
      },
      { request: { nativeOnly: ['audio'] } },
    );
    await expect(ask()).rejects.toMatchObject({
      kind: 'invalid',
      details: { field: 'audio', code: 'unsupported_parameter' },
    });
  });

  it('tells which fields did not reach the upstream, each once, in a header that is one', async () => {
    for (const stream of [false, true]) {
      const { ask } = conversation(
        async function* chat(_, { drop }) {
          drop('seed', 'No such field.');
          drop('seed', 'Never.');
          drop('tools[0].ä\n', 'Odd.');
          yield* telling(replyOf('Hello.'))();
        },
        { request: { stream } },
      );
      expect((await ask()).headers).toMatchObject({ 'x-dragoman-dropped': 'seed, tools[0].??' });
    }
  });

  it('gets back what its client lost of an earlier reply, where the protocol loses it', async () => {
    const memory = createToolCallMemory();
    const block = { type: 'tool-call', id: 'c', name: 'f', form: 'json' } as const;
    const signed = { protocol: 'gemini', kind: 'call', data: 'S' } as const;
    const events: readonly ChatEvent[] = [
      { type: 'start', id: 'r', model: 'm' },
      { type: 'block-start', index: 0, block },
      { type: 'block-delta', index: 0, delta: '{}' },
      { type: 'block-opaque', index: 0, opaque: signed },
      { type: 'block-end', index: 0 },
      { type: 'finish', reason: 'tool-use' },
    ];
    await conversation(telling(events), { losesState: true, memory }).ask();
    const messages: ChatRequest['messages'] = [
      { role: 'assistant', content: [{ ...block, arguments: '{}' }] },
    ];
    const told = async (losesState: boolean): Promise<unknown> => {
      const asked: ChatRequest[] = [];
      const { ask } = conversation(
        (request) => {
          asked.push(request);
          return telling(replyOf('Hello.'))();
        },
        { losesState, memory, request: { messages } },
      );
      await ask();
      return asked[0]?.messages;
    };
    expect(await told(true)).toMatchObject([{ content: [{ opaque: signed }] }]);
    expect(await told(false)).toEqual(messages);
  });
});

describe('the usage of a converted reply', () => {
  it('is what the upstream reports', async () => {
    const { ask, exchange } = conversation(telling(replyOf('Hello.', { usage })));
    expect((await ask()).headers).not.toHaveProperty('x-dragoman-estimated');
    expect(exchange.record.usage).toEqual(usage);
  });

  it('may come in pieces', async () => {
    const [start, rest] = [replyOf('Hello.').slice(0, 1), replyOf('Hello.').slice(1)];
    const told = { type: 'usage', usage: { input: 3, output: 1, cacheRead: 2 } } as const;
    const last = replyOf('Hello.', { usage: { input: 3, output: 9 } }).slice(1);
    const { ask, exchange } = conversation(telling([...start, told, ...last]));
    await ask();
    expect(exchange.record.usage).toEqual({ input: 3, output: 9, cacheRead: 2 });
    const early = conversation(telling([...start, told, ...rest]), { request: { stream: true } });
    expect((await linesOf(await early.ask())).at(-1)).toBe('{"type":"finish","reason":"stop"}');
  });

  it('is an estimate where the upstream reports none, and says so', async () => {
    const { ask, exchange } = conversation(telling(replyOf('Hello!!!')));
    const { headers, body } = await ask();
    expect(headers).toMatchObject({ 'x-dragoman-estimated': 'true' });
    const estimated = { input: 7, output: 2, estimated: true };
    expect(JSON.parse(body as string)).toMatchObject({ usage: estimated });
    expect(exchange.record.usage).toEqual(estimated);
    const stream = conversation(telling(replyOf('Hello!!!')), { request: { stream: true } });
    expect((await linesOf(await stream.ask())).at(-1)).toContain('"usage":{"input":7,"output":2');
  });
});

describe('a converted stream', () => {
  it('throws what fails before its first content, so that another candidate can answer', async () => {
    const events = [...replyOf('Hello.').slice(0, 2), failure('overloaded')];
    const { ask, failures, isReleased } = conversation(telling(events), { request: { stream: true } });
    await expect(ask()).rejects.toMatchObject({ kind: 'overloaded' });
    expect(isReleased()).toBe(true);
    expect(failures).toEqual([]);
  });

  it("ends with the protocol's own error when it fails later, which the upstream is blamed for", async () => {
    const events = [...replyOf('Hello.').slice(0, 3), failure('overloaded')];
    const { ask, failures, exchange } = conversation(telling(events), { request: { stream: true } });
    const lines = await linesOf(await ask());
    expect(lines.at(-1)).toBe('error: overloaded No: overloaded.');
    expect(lines.at(-2)).toContain('Hello.');
    expect(failures).toEqual(['overloaded']);
    expect(exchange.record.errorKind).toBe('overloaded');
  });

  it('that ends without a finish is broken', async () => {
    const { ask } = conversation(telling(replyOf('Hello.').slice(0, 4)), { request: { stream: true } });
    expect((await linesOf(await ask())).at(-1)).toMatch(/^error: upstream-broken /);
  });

  it('of a client that left blames nobody', async () => {
    const { ask, failures, exchange } = conversation(
      async function* chat() {
        yield* replyOf('Hello.').slice(0, 3);
        await new Promise(() => {});
      },
      { request: { stream: true } },
    );
    const reply = await ask();
    exchange.leave();
    expect((await linesOf(reply)).at(-1)).toMatch(/^error: cancelled /);
    expect(failures).toEqual([]);
  });
});

describe('a reply that is kept', () => {
  it('is kept whole before its last event is told', async () => {
    const order: string[] = [];
    const { ask } = conversation(telling(replyOf('Hello.', { usage })), {
      request: { stream: true },
      keep: ({ choices }) => {
        order.push(`kept ${JSON.stringify(choices[0]?.content)}`);
        return Promise.resolve();
      },
    });
    for await (const line of (await ask()).body as AsyncIterable<string>) {
      order.push((JSON.parse(line) as FinishEvent).type);
    }
    expect(order).toEqual([
      ...['start', 'block-start', 'block-delta', 'block-end'],
      'kept [{"type":"text","text":"Hello."}]',
      'finish',
    ]);
  });

  it('is not kept when it breaks off, and tells when it cannot be kept', async () => {
    const kept: ChatReply[] = [];
    const keep = (reply: ChatReply): Promise<void> => {
      kept.push(reply);
      return Promise.reject(failure('internal'));
    };
    const request = { stream: true };
    const events = [...replyOf('Hello.').slice(0, 4), failure('upstream-broken')];
    await bodyOf(await conversation(telling(events), { request, keep }).ask());
    expect(kept).toEqual([]);
    const lines = await linesOf(await conversation(telling(replyOf('Hello.')), { request, keep }).ask());
    expect(lines.at(-1)).toMatch(/^error: internal /);
    expect(lines.join('\n')).not.toContain('finish');
  });
});
