import {
  type ChatEvent,
  type ChatReply,
  type ChatRequest,
  checkGrammar,
  collect,
  DEFAULT_CAPABILITIES,
  GatewayError,
  type Message,
  readSse,
  type SseEvent,
} from '@dragoman/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chatReplies,
  chatRequests,
  chatStreams,
  type ReplyShape,
} from '../../../tests/support/arbitraries.ts';
import { chatRequest, eventsOf, readReply } from '../../../tests/support/events.ts';
import { contextOf, inputOf } from '../test/client.ts';
import { readFixture } from '../test/fixture.ts';
import { decodeReply, decodeStream } from './decode-reply.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeReply } from './encode-reply.ts';
import { encodeRequest } from './encode-request.ts';
import { encodeStream } from './encode-stream.ts';
import { OPENAI_CHAT } from './wire.ts';

const SHAPE: ReplyShape = { parts: ['text', 'reasoning', 'refusal', 'tool-call'], choices: 3 };
const asked = chatRequest('hi', { includeUsage: true });
const context = contextOf(asked);

/** The order that this wire gives to parts, and what it says of a refusal, whatever the reason was. */
function project(reply: ChatReply): ChatReply {
  const order = ['reasoning', 'text', 'refusal', 'tool-call'];
  const choices = reply.choices.map(({ content, reason }) => {
    const refused = content.some(({ type }) => type === 'refusal');
    return {
      content: content.toSorted((a, b) => order.indexOf(a.type) - order.indexOf(b.type)),
      reason: refused && reason === 'stop' ? ('content-filter' as const) : reason,
    };
  });
  return { ...reply, choices };
}

/** Results of tools that follow each other are one turn. */
function joinResults(request: ChatRequest): ChatRequest {
  const messages: Message[] = [];
  for (const message of request.messages) {
    const last = messages.at(-1);
    const isResult = (one: Message | undefined): boolean =>
      one?.role === 'user' && one.content.every(({ type }) => type === 'tool-result');
    if (last?.role === 'user' && message.role === 'user' && isResult(last) && isResult(message)) {
      messages[messages.length - 1] = { ...last, content: [...last.content, ...message.content] };
    } else messages.push(message);
  }
  return { ...request, messages };
}

async function* framesOf(events: readonly ChatEvent[]): AsyncGenerator<SseEvent> {
  yield* readSse(encodeStream(eventsOf(events), context));
}

describe('what is written can be read again', () => {
  it('as a request', () => {
    fc.assert(
      fc.property(chatRequests(OPENAI_CHAT), (request) => {
        const dropped: string[] = [];
        const { body } = encodeRequest(request, {
          capabilities: DEFAULT_CAPABILITIES,
          drop: (field) => void dropped.push(field),
        });
        const decoded = decodeRequest(inputOf(body));
        const { includeUsage, ...rest } = decoded;
        expect(includeUsage).toBe(request.stream ? true : undefined);
        expect(rest).toEqual(joinResults(request));
        expect(dropped).toEqual([]);
      }),
    );
  });

  it('as a reply', () =>
    fc.assert(
      fc.asyncProperty(chatReplies(SHAPE), async (reply) => {
        const body = encodeReply(reply, context);
        expect(await readReply(eventsOf(decodeReply(body, asked)))).toEqual(project(reply));
      }),
    ));

  it('as a stream', () =>
    fc.assert(
      fc.asyncProperty(chatStreams(SHAPE), async (events) => {
        const reply = await collect(eventsOf(events));
        const read = await readReply(decodeStream(framesOf(events), asked));
        const sorted = project(read);
        expect(joinTexts(sorted)).toEqual(joinTexts(project(reply)));
      }),
    ));
});

/** Blocks that interleave come back in pieces; what they hold has to be the same. */
function joinTexts(reply: ChatReply): ChatReply {
  const choices = reply.choices.map((choice) => ({
    ...choice,
    content: choice.content.reduce<ChatReply['choices'][number]['content']>((parts, part) => {
      const last = parts.at(-1);
      if (!last || last.type !== part.type || !('text' in last) || !('text' in part)) return [...parts, part];
      return [...parts.slice(0, -1), { ...last, text: last.text + part.text }];
    }, []),
  }));
  return { ...reply, choices };
}

describe('a spoiled stream', () => {
  const names = [
    'text',
    'tools-parallel-interleaved',
    'tools-without-index',
    'reasoning-details',
    'citations',
    'choices',
    'audio',
    'logprobs',
  ];

  it('is read or refused, and never breaks the gateway', async () => {
    const streams = await Promise.all(names.map((name) => listOf(readFixture(name, 0))));
    const spoils = fc.array(
      fc.record({ at: fc.nat(), path: fc.array(fc.nat(), { maxLength: 6 }), value: fc.jsonValue() }),
      { minLength: 1, maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...streams), spoils, fc.nat(30), async (stream, changes, left) => {
        const spoiled = changes.reduce(
          (frames, { at, path, value }) => spoil(frames, at % frames.length, { path, value }),
          stream,
        );
        const frames = spoiled.toSpliced(left % spoiled.length, left < 10 ? 1 : 0);
        try {
          for await (const event of checkGrammar(decodeStream(frameEvents(frames), asked)))
            expectTexts(event);
        } catch (error) {
          if (!GatewayError.is(error) || error.kind === 'internal') throw error;
        }
      }),
      { numRuns: 1000 },
    );
  });
});

async function listOf(events: AsyncIterable<SseEvent>): Promise<readonly SseEvent[]> {
  const list: SseEvent[] = [];
  for await (const event of events) list.push(event);
  return list;
}

/** Whatever the upstream sent, names and texts are texts and counts are counts. */
function expectTexts(event: ChatEvent): void {
  if (event.type === 'block-delta') expect(event.delta).toBeTypeOf('string');
  if (event.type === 'start') expect([typeof event.id, typeof event.model]).toEqual(['string', 'string']);
  if (event.type === 'block-start' && event.block.type === 'tool-call') {
    expect([typeof event.block.id, typeof event.block.name]).toEqual(['string', 'string']);
  }
  if ('usage' in event && event.usage)
    expect(event.usage.input + event.usage.output).toBeGreaterThanOrEqual(0);
}

async function* frameEvents(frames: readonly SseEvent[]): AsyncGenerator<SseEvent> {
  yield* frames;
}

interface Spoil {
  readonly path: readonly number[];
  readonly value: unknown;
}

/** Puts any JSON in the place of a value of one frame. */
function spoil(frames: readonly SseEvent[], at: number, change: Spoil): SseEvent[] {
  return frames.map((frame, index) => {
    if (index !== at || frame.data === '[DONE]') return frame;
    return { data: JSON.stringify(replace(JSON.parse(frame.data), change)) ?? 'null' };
  });
}

function replace(target: unknown, { path: [step, ...path], value }: Spoil): unknown {
  if (step === undefined || typeof target !== 'object' || target === null) return value;
  const keys = Object.keys(target);
  const key = keys[step % (keys.length || 1)];
  if (key === undefined) return value;
  const inner = replace((target as Record<string, unknown>)[key], { path, value });
  return Array.isArray(target) ? target.with(Number(key), inner) : { ...target, [key]: inner };
}
