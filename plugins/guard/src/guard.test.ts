import {
  type ChatEvent,
  type ChatRequest,
  collect,
  type Finding,
  type HookSetup,
  type HttpClient,
  type JsonObject,
  type ReplyContext,
} from '@dragoman/plugin';
import fc from 'fast-check';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { guardHook } from './hook.ts';
import { guardOptions } from './options.ts';

const CARD = '4111 1111 1111 1111';
const MAIL = 'alice@example.com';

/** A guard and the context of one request. */
function guarding(options: z.input<typeof guardOptions>, answer?: (body: JsonObject) => object) {
  const findings: Finding[] = [];
  const asked: JsonObject[] = [];
  const http: HttpClient = {
    async send({ body }) {
      asked.push(JSON.parse(body as string) as JsonObject);
      const reply = JSON.stringify(answer?.(asked.at(-1) ?? {}));
      return { status: 200, headers: {}, body: Readable.from([Buffer.from(reply)]) };
    },
  };
  const on = {
    ...{ requestId: 'req_1', protocol: 'openai-chat', model: 'm', http, state: new Map() },
    note: (finding: Finding) => findings.push(finding),
  } as unknown as ReplyContext;
  const hook = guardHook.create(guardOptions.parse(options), {} as HookSetup);
  return {
    findings,
    asked,
    request: async (request: ChatRequest) => (await hook.request?.(request, on)) as ChatRequest,
    reply: (events: Iterable<ChatEvent>) => hook.reply?.(eachOf(events), on) as AsyncIterable<ChatEvent>,
  };
}

async function* eachOf<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}

const says = (text: string, own: Partial<ChatRequest> = {}): ChatRequest => ({
  ...{ protocol: 'openai-chat', model: 'm', stream: true, tools: [], sampling: {}, reasoning: {} },
  system: [],
  messages: [{ role: 'user', content: [{ type: 'text', text }] }],
  ...own,
});

const textOf = ({ messages }: ChatRequest): string =>
  messages.flatMap(({ content }) => content.map((part) => ('text' in part ? part.text : ''))).join('|');

describe('a part that only one protocol knows', () => {
  const raw = (text: string) => ({
    type: 'raw' as const,
    protocol: 'openai-responses',
    value: {
      type: 'shell_call_output',
      call_id: MAIL,
      output: [{ stdout: text, lines: 3 }],
      arguments: JSON.stringify({ to: text }),
      encrypted_content: MAIL,
    },
  });

  it('is masked and restored, but for what names or seals something', async () => {
    const guard = guarding({ emails: 'mask' });
    const messages: ChatRequest['messages'] = [{ role: 'assistant', content: [raw(`Hi ${MAIL}`)] }];
    const masked = await guard.request(says('', { messages }));
    expect(masked.messages[0]?.content).toEqual([raw('Hi [EMAIL_1]')]);
    const events = guard.reply([
      { type: 'start', id: 'r', model: 'm' },
      { type: 'block', index: 0, part: raw('To [EMAIL_1]') },
      { type: 'finish', reason: 'stop' },
    ]);
    expect(await contentOf(events)).toEqual([raw(`To ${MAIL}`)]);
  });

  it('is masked in a reply', async () => {
    const guard = guarding({ emails: 'mask', places: ['reply'] });
    const events = guard.reply([
      { type: 'start', id: 'r', model: 'm' },
      { type: 'block', index: 0, part: raw(MAIL) },
      { type: 'finish', reason: 'stop' },
    ]);
    expect(await contentOf(events)).toEqual([raw('[EMAIL_1]')]);
  });
});

type Said = { readonly type: 'text' | 'reasoning' | 'tool-call'; readonly chunks: readonly string[] };

function* replying(...blocks: readonly Said[]): Generator<ChatEvent> {
  yield { type: 'start', id: 'r', model: 'm' };
  for (const [index, { type, chunks }] of blocks.entries()) {
    const block =
      type === 'tool-call'
        ? ({ type, id: `c${index}`, name: 'send', form: 'json' } as const)
        : type === 'reasoning'
          ? ({ type, form: 'raw' } as const)
          : { type };
    yield { type: 'block-start', index, block };
    for (const delta of chunks) if (delta !== '') yield { type: 'block-delta', index, delta };
    if (type === 'reasoning')
      yield { type: 'block-opaque', index, opaque: { protocol: 'anthropic', kind: 'thinking', data: 'sig' } };
    yield { type: 'block-end', index };
  }
  yield { type: 'finish', reason: 'stop' };
}

const text = (...chunks: readonly string[]): Said => ({ type: 'text', chunks });
const call = (...chunks: readonly string[]): Said => ({ type: 'tool-call', chunks });

async function contentOf(events: AsyncIterable<ChatEvent>) {
  const { choices } = await collect(events);
  return choices[0]?.content ?? [];
}

describe('a request', () => {
  it('is masked everywhere that a model reads, and the findings do not tell what it was', async () => {
    const guard = guarding({ emails: 'mask', creditCards: 'mask' });
    const request = says(`I am ${MAIL}.`, {
      system: [{ role: 'system', rank: 'system', content: [{ type: 'text', text: `Serve ${MAIL}` }] }],
    });
    const history: ChatRequest['messages'] = [
      ...request.messages,
      {
        role: 'assistant',
        content: [
          {
            type: 'tool-call',
            id: 'c',
            name: 'pay',
            form: 'json',
            arguments: `{"card": ${CARD.replaceAll(' ', '')}, "a":"\\u0061"}`,
          },
        ],
      },
      {
        role: 'user',
        content: [
          {
            type: 'tool-result',
            callId: 'c',
            content: [{ type: 'text', text: `{"to":"\\n${MAIL}"}` }],
            json: { to: MAIL },
          },
        ],
      },
    ];
    const masked = await guard.request({ ...request, messages: history });
    expect(masked.system[0]?.content[0]?.text).toBe('Serve [EMAIL_1]');
    expect(masked.messages).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'I am [EMAIL_1].' }] },
      {
        role: 'assistant',
        content: [
          {
            type: 'tool-call',
            id: 'c',
            name: 'pay',
            form: 'json',
            arguments: '{"card": "[CARD_1]", "a":"\\u0061"}',
          },
        ],
      },
      {
        role: 'user',
        content: [
          {
            type: 'tool-result',
            callId: 'c',
            content: [{ type: 'text', text: '{"to":"\\n[EMAIL_1]"}' }],
            json: { to: '[EMAIL_1]' },
          },
        ],
      },
    ]);
    expect(guard.findings).toEqual([
      { rule: 'email', action: 'change', detail: '1 in system, 1 in messages, 2 in tool-results' },
      { rule: 'credit-card', action: 'change', detail: '1 in tool-arguments' },
    ]);
    expect(JSON.stringify(guard.findings)).not.toMatch(/alice|4111/);
  });

  it('stays the same object if nothing is found, or only noted', async () => {
    const guard = guarding({ emails: 'pass', secrets: 'mask' });
    const request = says(`I am ${MAIL}`);
    expect(await guard.request(request)).toBe(request);
    expect(guard.findings).toEqual([{ rule: 'email', action: 'pass', detail: '1 in messages' }]);
  });

  it('is refused without telling what was found', async () => {
    const guard = guarding({ creditCards: 'refuse', emails: 'mask' });
    await expect(guard.request(says(`${MAIL} ${CARD}`))).rejects.toThrow(
      'The conversation contains what the rule "credit-card" of this gateway does not allow.',
    );
    expect(guard.findings).toContainEqual({ rule: 'credit-card', action: 'refuse', detail: '1 in messages' });
  });

  it('is looked at only where the places say', async () => {
    const guard = guarding({ emails: 'mask', places: ['system'] });
    expect(textOf(await guard.request(says(MAIL)))).toBe(MAIL);
  });

  it('may have patterns and words of its own', async () => {
    const guard = guarding({
      patterns: {
        'order-number': 'ORD-\\d+',
        ticket: { pattern: 'tic-\\d+', ignoreCase: true, action: 'pass' },
      },
      words: ['Project X'],
    });
    const masked = await guard.request(says('ORD-12 of project x, TIC-3'));
    expect(textOf(masked)).toBe('[ORDER_NUMBER_1] of [WORD_1], TIC-3');
    expect(guard.findings.map(({ rule, action }) => `${rule} ${action}`)).toEqual([
      'ticket pass',
      'order-number change',
      'words change',
    ]);
  });

  it('is refused if it is too long', async () => {
    const short = guarding({ maxCharacters: 3 });
    await expect(short.request(says('abc'))).resolves.toBeDefined();
    await expect(short.request(says('abcd'))).rejects.toThrow('4 characters, and at most 3');
    await expect(guarding({ maxTokens: 2 }).request(says('龘龘龘'))).rejects.toThrow('about 3 tokens');
    const noting = guarding({ maxCharacters: 3, sizeAction: 'pass' });
    await noting.request(says('abcd'));
    expect(noting.findings).toEqual([{ rule: 'size', action: 'pass', detail: '1 in request' }]);
  });
});

describe('a reply', () => {
  it('has the values again that were masked in the request, with the escapes of JSON in arguments', async () => {
    const guard = guarding({ patterns: { quote: '"[^"]*"' }, emails: 'mask' });
    await guard.request(says(`"a\\b" ${MAIL}`));
    const content = await contentOf(
      guard.reply(replying(text('To [EM', 'AIL_1', ']: [QUOTE_1]'), call('{"q":"[QUOTE', '_1]"}'))),
    );
    expect(content).toMatchObject([
      { text: `To ${MAIL}: "a\\b"` },
      { arguments: JSON.stringify({ q: '"a\\b"' }) },
    ]);
  });

  it('keeps its placeholders where they are not put back', async () => {
    const guard = guarding({ emails: 'mask', restore: false });
    await guard.request(says(MAIL));
    expect(await contentOf(guard.reply(replying(text('[EMAIL_1]'))))).toMatchObject([{ text: '[EMAIL_1]' }]);
  });

  it('has what a model made up masked, and what the client knows put back', async () => {
    const guard = guarding({ emails: 'mask', places: ['messages', 'reply', 'reply-arguments'] });
    await guard.request(says(MAIL));
    const content = await contentOf(
      guard.reply(
        replying(text('[EMAIL_1], bob@exa', 'mple.com, ', MAIL), call('{"a":"bob@', 'example.com"}')),
      ),
    );
    expect(content).toMatchObject([
      { text: `${MAIL}, [EMAIL_2], ${MAIL}` },
      { arguments: '{"a":"[EMAIL_2]"}' },
    ]);
    expect(guard.findings.at(-1)).toMatchObject({
      action: 'change',
      detail: '2 in reply, 1 in reply-arguments',
    });
  });

  it('flows on, and ends before what it must not say', async () => {
    const guard = guarding({ secrets: 'refuse', places: ['reply'] });
    const given: string[] = [];
    const read = async (): Promise<void> => {
      for await (const event of guard.reply(
        replying(text('The key', ' is: ', 'sk-aB3dE6gH', '9jK2mN5pQ8sT1vW4', '. Bye')),
      ))
        if (event.type === 'block-delta') given.push(event.delta);
    };
    await expect(read()).rejects.toThrow('The reply contains what the rule "secret"');
    expect(given.join('')).toBe('The key is: ');
    expect(guard.findings).toEqual([{ rule: 'secret', action: 'refuse', detail: '1 in reply' }]);
  });

  it('passes the same events at once if the rules only note', async () => {
    const guard = guarding({ emails: 'pass', places: ['reply'] });
    const events = [...replying(text('a', MAIL))];
    const given: ChatEvent[] = [];
    for await (const event of guard.reply(events)) given.push(event);
    expect(given.every((event, at) => event === events[at])).toBe(true);
    expect(guard.findings).toEqual([{ rule: 'email', action: 'pass', detail: '1 in reply' }]);
  });

  it('loses the signature of a thought that is masked, and keeps the others', async () => {
    const guard = guarding({ emails: 'mask', places: ['messages', 'reply'] });
    await guard.request(says(MAIL));
    const thought = (...chunks: readonly string[]): Said => ({ type: 'reasoning', chunks });
    const content = await contentOf(
      guard.reply(replying(thought('bob@example.com'), thought('[EMAIL_1]'), thought('Hm.'))),
    );
    expect(content.map((part) => 'opaque' in part)).toEqual([false, true, true]);
    expect(content).toMatchObject([{ text: '[EMAIL_2]' }, { text: MAIL }, { text: 'Hm.' }]);
  });

  it('puts back with the escapes of JSON if the client wants JSON', async () => {
    const guard = guarding({ patterns: { quote: '"[^"]*"' } });
    await guard.request(says('"x"', { output: { type: 'json' } }));
    expect(await contentOf(guard.reply(replying(text('{"q":"[QUOTE_1]"}'))))).toMatchObject([
      { text: '{"q":"\\"x\\""}' },
    ]);
  });

  it('must match the schema, unless it calls a tool', async () => {
    const schema = { type: 'object', required: ['a'], properties: { a: { type: 'number' } } };
    const guard = guarding({ replySchema: schema });
    const of = (...said: readonly Said[]) => contentOf(guard.reply(replying(...said)));
    await expect(of(text('{"a"', ':1}'))).resolves.toBeDefined();
    await expect(of(text('Hi'), call('{}'))).resolves.toBeDefined();
    await expect(of(text('Hi'))).rejects.toThrow('it is not JSON');
    await expect(of(text('{"a":"x"}'))).rejects.toThrow('at /a');
    const noting = guarding({ replySchema: schema, replySchemaAction: 'pass' });
    await contentOf(noting.reply(replying(text('Hi'))));
    expect(noting.findings).toEqual([{ rule: 'reply-schema', action: 'pass', detail: '1 in reply' }]);
  });

  it('never tells a masked value, nor a part of it, in any chunking', async () => {
    const places = ['messages', 'reply', 'reply-arguments'] as const;
    const values = [CARD, 'bob@example.com', 'sk-aB3dE6gH9jK2mN5pQ8sT1vW4'];
    const cuts = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...values),
        fc.string({ maxLength: 10 }),
        cuts,
        async (value, around, sizes) => {
          const guard = guarding({
            emails: 'mask',
            creditCards: 'mask',
            secrets: 'mask',
            places: [...places],
          });
          const whole = JSON.stringify({ a: `${around} ${value} ${around}` });
          const chunks: string[] = [];
          for (let at = 0, turn = 0; at < whole.length; turn++) {
            const size = sizes[turn % sizes.length] ?? 1;
            chunks.push(whole.slice(at, at + size));
            at += size;
          }
          const content = JSON.stringify(await contentOf(guard.reply(replying(call(...chunks)))));
          for (let at = 0; at + 5 <= value.length; at++) {
            const part = value.slice(at, at + 5);
            expect(content.includes(part) && !around.includes(part)).toBe(false);
          }
        },
      ),
    );
  });
});

describe('the webhook', () => {
  it('is asked about what is left after masking, and may have more masked', async () => {
    const guard = guarding({ emails: 'mask', webhookUrl: 'https://example.org/guard' }, () => ({
      action: 'mask',
      values: [{ value: 'Alice', label: 'NAME' }],
    }));
    const masked = await guard.request(says(`Alice is ${MAIL}`));
    expect(guard.asked).toEqual([
      {
        phase: 'request',
        ...{ requestId: 'req_1', protocol: 'openai-chat', model: 'm' },
        texts: [{ place: 'messages', role: 'user', text: 'Alice is [EMAIL_1]' }],
      },
    ]);
    expect(textOf(masked)).toBe('[NAME_1] is [EMAIL_1]');
    expect(await contentOf(guard.reply(replying(text('Hi [NAME_1]'))))).toMatchObject([{ text: 'Hi Alice' }]);
    expect(guard.findings).toContainEqual({ rule: 'webhook', action: 'change', detail: '1 in messages' });
  });

  it('may refuse, with its own words', async () => {
    const guard = guarding({ webhookUrl: 'https://example.org/guard' }, () => ({
      action: 'refuse',
      message: 'Not today.',
    }));
    await expect(guard.request(says('Hi'))).rejects.toThrow('Not today.');
    expect(guard.findings).toEqual([{ rule: 'webhook', action: 'refuse', detail: '1 in request' }]);
  });

  it('may judge replies, as a whole', async () => {
    const guard = guarding({ webhookUrl: 'https://example.org/guard', webhookOn: 'replies' }, () => ({
      action: 'mask',
      values: [{ value: 'Bob' }],
    }));
    await guard.request(says('Hi'));
    expect(await contentOf(guard.reply(replying(text('I am B', 'ob'))))).toMatchObject([
      { text: 'I am [MASKED_1]' },
    ]);
    expect(guard.asked).toMatchObject([
      { phase: 'reply', texts: [{ place: 'reply', role: 'assistant', text: 'I am Bob' }] },
    ]);
  });

  it.each([{ action: 'maybe' }, { action: 'mask' }, { action: 'mask', values: [{ value: '' }] }, []])(
    'fails if it answers %j',
    async (verdict) => {
      const guard = guarding({ webhookUrl: 'https://example.org/guard' }, () => verdict);
      await expect(guard.request(says('Hi'))).rejects.toThrow('not in its contract');
    },
  );
});

describe('the options', () => {
  it.each([
    [{ patterns: { a: '(' } }, 'Unterminated group'],
    [{ patterns: { a: 'x*' } }, 'matches empty text'],
    [{ patterns: { a: { pattern: '(a)\\1' } } }, 'refers back'],
    [{ patterns: { 'A B': 'a' } }, 'order-number'],
    [{ email: 'mask' }, 'email'],
  ])('%j are refused', (options, reason) => {
    const { success, error } = guardOptions.safeParse(options);
    expect(success).toBe(false);
    expect(JSON.stringify(error?.issues)).toContain(reason);
  });
});
