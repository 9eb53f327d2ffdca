import {
  type ChatEvent,
  type ChatReply,
  type ChatRequest,
  collect,
  decodeEvents,
  DEFAULT_CAPABILITIES,
  type Message,
  readSse,
  type SseEvent,
} from '@dragoman/plugin';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chatReplies,
  chatRequest,
  chatRequests,
  chatStreams,
  eventsOf,
  readReply,
  type ReplyShape,
} from '@dragoman/testing';
import { fuzzStreams } from '../../../tests/support/fuzz.ts';
import { contextOf, inputOf } from '../test/client.ts';
import { readFixture } from '../test/fixture.ts';
import { decodeReply, decodeStream } from './chat/reply/decode-reply.ts';
import { decodeRequest } from './chat/request/decode-request.ts';
import { encodeReply } from './chat/reply/encode-reply.ts';
import { encodeRequest } from './chat/request/encode-request.ts';
import { encodeStream } from './chat/reply/encode-stream.ts';
import { OPENAI_CHAT } from './chat/wire.ts';

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
        const read = await readReply(decodeEvents(framesOf(events), decodeStream(asked)));
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
    await fuzzStreams({ streams, decode: (events) => decodeEvents(events, decodeStream(asked)) });
  });
});

async function listOf(events: AsyncIterable<SseEvent>): Promise<readonly SseEvent[]> {
  const list: SseEvent[] = [];
  for await (const event of events) list.push(event);
  return list;
}
