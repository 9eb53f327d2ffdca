import {
  type ChatReply,
  type ChatRequest,
  collect,
  decodeEvents,
  DEFAULT_CAPABILITIES,
  type EncodeContext,
  type JsonObject,
  type Message,
  readSse,
  type RequestInput,
  type SseEvent,
} from '@dragoman/plugin';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AnthropicPart, anthropicStream } from '@dragoman/testing/upstreams';
import {
  chatReplies,
  chatRequest,
  chatRequests,
  chatStreams,
  eventsOf,
  readReply,
  type ReplyShape,
  testOpaque,
} from '@dragoman/testing';
import { fuzzStreams } from '../../../tests/support/fuzz.ts';
import { decodeReply, decodeStream } from './reply/decode-reply.ts';
import { decodeRequest } from './request/decode-request.ts';
import { encodeReply } from './reply/encode-reply.ts';
import { encodeRequest } from './request/encode-request.ts';
import { encodeStream } from './reply/encode-stream.ts';
import { ANTHROPIC } from './wire.ts';

const SHAPE: ReplyShape = { parts: ['text', 'reasoning', 'tool-call'] };
const asked = chatRequest('hi', { protocol: ANTHROPIC });
const context: EncodeContext = { request: asked, id: 'gateway-id', created: 7, opaque: testOpaque };

function inputOf(body: JsonObject): RequestInput {
  return { body, params: {}, query: new URLSearchParams(), headers: {}, opaque: testOpaque };
}

/** What this wire can say: no blank texts, no time, and arguments as a value. */
function project(reply: ChatReply): ChatReply {
  const { created: _, usage, ...rest } = reply;
  const choices = reply.choices.map((choice) => ({
    ...choice,
    content: choice.content.map((part) =>
      part.type === 'tool-call' ? { ...part, arguments: JSON.stringify(JSON.parse(part.arguments)) } : part,
    ),
  }));
  return {
    ...rest,
    choices,
    usage: { cacheWrite: 0, ...usage, input: usage?.input ?? 0, output: usage?.output ?? 0 },
  };
}

/** Neighbours of one role are one turn, results come first in it, and blank texts are left out. */
function projectTurns(messages: readonly Message[]): readonly Message[] {
  const turns: Message[] = [];
  for (const message of messages) {
    const content = message.content.filter((part) => part.type !== 'text' || part.text.trim() !== '');
    const last = turns.at(-1);
    if (last?.role === message.role) {
      const joined = [...last.content, ...content];
      const isResult = ({ type }: { readonly type: string }): boolean => type === 'tool-result';
      const sorted = [...joined.filter(isResult), ...joined.filter((part) => !isResult(part))];
      turns[turns.length - 1] = { ...last, content: sorted } as Message;
    } else if (content.length > 0) turns.push({ ...message, content } as Message);
  }
  return turns;
}

/** Texts of which nothing is left cannot be told. */
const isTellable = ({ system, messages }: ChatRequest): boolean =>
  [...system, ...messages].every(({ content }) =>
    content.every((part) => {
      const texts = part.type === 'tool-result' ? part.content : [part];
      return texts.every((inner) => inner.type !== 'text' || inner.text.trim() !== '');
    }),
  );

describe('what is written can be read again', () => {
  it('as a request', () => {
    fc.assert(
      fc.property(chatRequests(ANTHROPIC).filter(isTellable), (request) => {
        const { body } = encodeRequest(request, { capabilities: DEFAULT_CAPABILITIES, drop: () => {} });
        const decoded = decodeRequest(inputOf(body));
        expect(decoded.system).toEqual(request.system);
        expect(decoded.messages).toEqual(projectTurns(request.messages));
        expect(decoded.tools.map(({ name }) => name)).toEqual(request.tools.map(({ name }) => name));
        expect([decoded.maxTokens, decoded.sampling]).toEqual([request.maxTokens ?? 4096, request.sampling]);
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
        const read = await readReply(
          decodeEvents(readSse(encodeStream(eventsOf(events), context)), decodeStream(asked)),
        );
        expect(project(read)).toEqual(project(reply));
      }),
    ));

  it('to the same bytes on every later turn', () => {
    const turnsOf = (request: ChatRequest): readonly string[] => {
      const { body } = encodeRequest(request, { capabilities: DEFAULT_CAPABILITIES, drop: () => {} });
      return (body['messages'] as readonly unknown[]).map((turn) => JSON.stringify(turn));
    };
    const more: readonly Message[] = [
      { role: 'assistant', content: [{ type: 'text', text: 'so' }] },
      { role: 'user', content: [{ type: 'text', text: 'and?' }] },
    ];
    fc.assert(
      fc.property(chatRequests(ANTHROPIC).filter(isTellable), (request) => {
        const before = turnsOf(request);
        const after = turnsOf({ ...request, messages: [...request.messages, ...more] });
        expect(after.slice(0, before.length)).toEqual(before);
      }),
    );
  });
});

describe('a spoiled stream', () => {
  const parts: readonly AnthropicPart[] = [
    { reasoning: ['Let me ', 'think.'] },
    { text: ['Hello', ' wörld'] },
    {
      tools: [
        { id: 'toolu_1', name: 'f', arguments: ['{"a":', '1}'] },
        { id: 'toolu_2', name: 'g', arguments: [] },
      ],
    },
  ];
  const events = (list: readonly AnthropicPart[]): readonly SseEvent[] =>
    anthropicStream(list).map(({ event = '', data }) => ({ event, data: JSON.stringify(data) }));

  it('is read or refused, and never breaks the gateway', () =>
    fuzzStreams({
      streams: [events(parts), events(parts.slice(1, 2))],
      decode: (frames) => decodeEvents(frames, decodeStream(asked)),
    }));
});
