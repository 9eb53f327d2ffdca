import {
  type AssistantPart,
  type ChatEvent,
  type ChatReply,
  type ChatRequest,
  type Choice,
  defined,
  type Message,
  type Tool,
  type ToolCallPart,
  type ToolResultPart,
  unfold,
  type Usage,
  type UserPart,
} from '@dragoman/plugin';
import fc from 'fast-check';

/** Texts with all that breaks a careless codec: quotes, newlines, emoji, right-to-left, SSE look-alikes. */
export const texts: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
  fc.constantFrom('data: [DONE]\n\n', '{"a":"b"}', '👩‍👩‍👧 wörld', '\r\n\t"\\', 'שלום', '</think>', '\u2028'),
);

const names = fc.stringMatching(/^[a-z][a-z0-9_-]{0,15}$/);
const ids = fc.stringMatching(/^call_[a-z0-9]{8}$/);

const texted = texts.map((text) => ({ type: 'text' as const, text }));
const calls: fc.Arbitrary<ToolCallPart> = fc
  .record({
    id: ids,
    name: names,
    value: fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue({ maxDepth: 1 })),
  })
  .map(({ id, name, value }) => ({
    type: 'tool-call',
    id,
    name,
    form: 'json',
    arguments: JSON.stringify(value),
  }));

const images: fc.Arbitrary<UserPart> = fc
  .oneof(
    fc.uint8Array({ minLength: 1, maxLength: 20 }).map((bytes) => ({
      type: 'base64' as const,
      mimeType: 'image/png',
      data: Buffer.from(bytes).toString('base64'),
    })),
    fc.webUrl().map((url) => ({ type: 'url' as const, url })),
  )
  .map((source) => ({ type: 'media', media: 'image', source }));

const userParts: fc.Arbitrary<readonly UserPart[]> = fc.array(fc.oneof(texted, images), {
  minLength: 1,
  maxLength: 3,
});

/** An exchange: the user speaks, the model answers and may call tools, whose results come back. */
const exchanges: fc.Arbitrary<readonly Message[]> = fc
  .record({
    said: userParts,
    answer: texted,
    asked: distinctCalls(2),
    results: fc.array(texted, { minLength: 2, maxLength: 2 }),
  })
  .map(({ said, answer, asked, results }): readonly Message[] => [
    { role: 'user', content: said },
    { role: 'assistant', content: [answer, ...asked] },
    ...asked.map((call, index): Message => ({
      role: 'user',
      content: [resultOf(call, results[index] ?? answer)],
    })),
  ]);

function resultOf(call: ToolCallPart, text: ToolResultPart['content'][number]): ToolResultPart {
  return { type: 'tool-result', callId: call.id, content: [text] };
}

function distinctCalls(maxLength: number): fc.Arbitrary<readonly ToolCallPart[]> {
  return fc.uniqueArray(calls, { selector: ({ id }) => id, maxLength });
}

const tools: fc.Arbitrary<readonly Tool[]> = fc.uniqueArray(
  fc.record({ name: names, description: texts }).map(({ name, description }): Tool => ({
    kind: 'function',
    name,
    description,
    schema: { type: 'object', properties: { value: { type: 'string' } } },
  })),
  { selector: ({ name }) => name, maxLength: 3 },
);

const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });

/** Requests as any protocol can say them: text, images, tools, calls with their results, common settings. */
export function chatRequests(protocol: string): fc.Arbitrary<ChatRequest> {
  return fc
    .record({
      model: names,
      stream: fc.boolean(),
      system: fc.array(texted, { maxLength: 2 }),
      past: fc.array(exchanges, { maxLength: 2 }),
      said: userParts,
      tools,
      maxTokens: optional(fc.integer({ min: 1, max: 100_000 })),
      stop: optional(fc.array(texts, { minLength: 1, maxLength: 4 })),
      temperature: optional(fc.integer({ min: 0, max: 10 }).map((tenths) => tenths / 10)),
    })
    .map(({ model, stream, system, past, said, tools: declared, maxTokens, stop, temperature }) =>
      defined({
        protocol,
        model,
        stream,
        system: system.map((text) => ({ role: 'system' as const, rank: 'system' as const, content: [text] })),
        messages: [...past.flat(), { role: 'user' as const, content: said }],
        tools: declared,
        maxTokens,
        stop,
        sampling: defined({ temperature }),
        reasoning: {},
      }),
    );
}

const atMostOne = <P extends AssistantPart>(arbitrary: fc.Arbitrary<P>) =>
  fc.array(arbitrary, { maxLength: 1 });

export interface ReplyShape {
  /** The kinds of part in a reply. Default: text, reasoning and calls. */
  readonly parts?: readonly ('text' | 'reasoning' | 'refusal' | 'tool-call')[];
  /** The most choices. Default 1. */
  readonly choices?: number;
}

const usages: fc.Arbitrary<Usage> = fc
  .record({
    input: fc.nat(10_000),
    output: fc.nat(10_000),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ input, output, share }) => ({
    input,
    output,
    cacheRead: Math.floor(input * share),
    reasoning: Math.floor(output * share),
  }));

/** Whole replies: reasoning, then text, then calls, as protocols with a fixed order can tell them. */
export function chatReplies({
  parts = ['text', 'reasoning', 'tool-call'],
  choices = 1,
}: ReplyShape = {}): fc.Arbitrary<ChatReply> {
  const maybe = (kind: (typeof parts)[number], arbitrary: fc.Arbitrary<readonly AssistantPart[]>) =>
    parts.includes(kind) ? arbitrary : fc.constant([]);
  const content = fc.tuple(
    maybe('reasoning', atMostOne(texts.map((text) => ({ type: 'reasoning', form: 'raw', text })))),
    maybe('refusal', atMostOne(texts.map((text) => ({ type: 'refusal', text })))),
    maybe('text', atMostOne(texted)),
    maybe('tool-call', distinctCalls(3)),
  );
  const choice = fc
    .tuple(content, fc.constantFrom('stop', 'max-tokens', 'content-filter'))
    .map(([groups, reason]): Choice => {
      const flat = groups.flat();
      return { content: flat, reason: flat.some(({ type }) => type === 'tool-call') ? 'tool-use' : reason };
    });
  return fc.record({
    id: ids,
    model: names,
    created: fc.integer({ min: 1, max: 2_000_000_000 }),
    choices: fc.array(choice, { minLength: 1, maxLength: choices }),
    usage: usages,
  });
}

/** The events of replies, in fragments of any size and with the blocks of a choice in turns. */
export function chatStreams(shape: ReplyShape = {}): fc.Arbitrary<readonly ChatEvent[]> {
  const decisions = fc.array(fc.nat(1000), { minLength: 1, maxLength: 20 });
  return fc.tuple(chatReplies(shape), decisions, fc.boolean()).map(([reply, numbers, interleaved]) => {
    let turn = 0;
    const decide = (below: number): number => (numbers[turn++ % numbers.length] ?? 0) % below;
    const events = [...unfold(reply)].flatMap((event) => cutDelta(event, decide));
    return interleaved ? interleave(events, decide) : events;
  });
}

function cutDelta(event: ChatEvent, decide: (below: number) => number): readonly ChatEvent[] {
  if (event.type !== 'block-delta') return [event];
  const pieces: ChatEvent[] = [];
  const characters = Array.from(event.delta);
  while (characters.length > 0) {
    pieces.push({ ...event, delta: characters.splice(0, 1 + decide(8)).join('') });
  }
  return pieces;
}

function isBlock(event: ChatEvent): event is Extract<ChatEvent, { index: number }> {
  return 'index' in event;
}

/** Opens the blocks in order, then lets any block that is open go on. */
function interleave(events: readonly ChatEvent[], decide: (below: number) => number): readonly ChatEvent[] {
  const blocks = Map.groupBy(events.filter(isBlock), ({ index }) => index);
  const queues = [...blocks.values()].map((block) => [...block]);
  const opened: ChatEvent[] = queues.flatMap((queue) => queue.splice(0, 1));
  const rest: ChatEvent[] = [];
  while (queues.some((queue) => queue.length > 0)) {
    const waiting = queues.filter((queue) => queue.length > 0);
    rest.push(...(waiting[decide(waiting.length)]?.splice(0, 1) ?? []));
  }
  const outer = events.filter((event) => !isBlock(event));
  return [...outer.slice(0, 1), ...opened, ...rest, ...outer.slice(1)];
}
