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
import { type GeminiPart, geminiStream } from '@dragoman/testing/upstreams';
import { decodeReply, decodeStream } from './reply/decode-reply.ts';
import { decodeRequest } from './request/decode-request.ts';
import { encodeReply } from './reply/encode-reply.ts';
import { encodeRequest } from './request/encode-request.ts';
import { encodeStream } from './reply/encode-stream.ts';
import { GEMINI } from './wire.ts';

const SHAPE: ReplyShape = { parts: ['text', 'reasoning', 'tool-call'], choices: 2 };
const asked = chatRequest('hi', { protocol: GEMINI });
const context: EncodeContext = { request: asked, id: 'gateway-id', created: 7, opaque: testOpaque };
const encode = (request: ChatRequest): JsonObject =>
  encodeRequest(request, { capabilities: DEFAULT_CAPABILITIES, drop: () => {} }).body;

function inputOf(body: JsonObject): RequestInput {
  return { body, params: { model: 'm' }, query: new URLSearchParams(), headers: {}, opaque: testOpaque };
}

/** Arguments are a value on this wire, and it tells no time. */
function project({ created: _, usage, ...reply }: ChatReply): ChatReply {
  const choices = reply.choices.map((choice) => ({
    ...choice,
    content: choice.content.map((part) => {
      if (part.type === 'reasoning') return { ...part, form: 'summary' as const };
      if (part.type !== 'tool-call') return part;
      return { ...part, arguments: JSON.stringify(JSON.parse(part.arguments)) };
    }),
  }));
  const { cacheRead = 0, reasoning = 0, input = 0, output = 0 } = usage ?? {};
  return {
    ...reply,
    choices,
    usage: {
      input,
      output,
      ...(cacheRead > 0 && { cacheRead }),
      ...(reasoning > 0 && { reasoning }),
    },
  };
}

/** What is said, one part after the other; who says it is told by the role. */
function flat(messages: readonly Message[]): readonly (readonly [string, unknown])[] {
  return messages.flatMap(({ role, content }) =>
    content.map((part) => {
      const { name: _, json: __, ...rest } = part as { readonly name?: string; readonly json?: unknown };
      return [role, 'callId' in rest ? rest : part] as const;
    }),
  );
}

/** Pictures have to be bytes; the results of calls must be no JSON objects, which would come back as such. */
const isTellable = ({ messages }: ChatRequest): boolean =>
  messages.every(({ content }) =>
    content.every((part) => {
      if (part.type === 'media') return part.source.type === 'base64';
      const texts = part.type === 'tool-result' ? part.content : [];
      return texts.every((inner) => inner.type !== 'text' || !inner.text.trim().startsWith('{'));
    }),
  );

describe('what is written can be read again', () => {
  it('as a request', () => {
    fc.assert(
      fc.property(chatRequests(GEMINI).filter(isTellable), (request) => {
        const decoded = decodeRequest(inputOf(encode(request)), request.stream);
        expect(decoded.system).toEqual(request.system);
        expect(flat(decoded.messages)).toEqual(flat(request.messages));
        expect(decoded.tools).toEqual(request.tools);
        expect([decoded.maxTokens, decoded.sampling]).toEqual([request.maxTokens, request.sampling]);
      }),
    );
  });

  it('as a reply', () =>
    fc.assert(
      fc.asyncProperty(chatReplies(SHAPE), async (reply) => {
        const read = await readReply(eventsOf(decodeReply(encodeReply(reply, context), asked)));
        expect(read).toEqual(project(reply));
      }),
    ));

  it('as a stream', () =>
    fc.assert(
      fc.asyncProperty(chatStreams({ ...SHAPE, choices: 1 }), async (events) => {
        const reply = await collect(eventsOf(events));
        const read = await readReply(
          decodeEvents(readSse(encodeStream(eventsOf(events), context)), decodeStream(asked)),
        );
        expect(read).toEqual(project(reply));
      }),
    ));

  it('to the same bytes on every later turn', () => {
    const contentsOf = (request: ChatRequest): readonly string[] =>
      (encode(request)['contents'] as readonly unknown[]).map((content) => JSON.stringify(content));
    const more: readonly Message[] = [
      { role: 'assistant', content: [{ type: 'text', text: 'so' }] },
      { role: 'user', content: [{ type: 'text', text: 'and?' }] },
    ];
    fc.assert(
      fc.property(chatRequests('anthropic').filter(isTellable), (request) => {
        const before = contentsOf(request);
        const after = contentsOf({ ...request, messages: [...request.messages, ...more] });
        expect(after.slice(0, before.length)).toEqual(before);
      }),
    );
  });
});

describe('a spoiled stream', () => {
  const parts: readonly GeminiPart[] = [
    { reasoning: ['Let me ', 'think.'] },
    { text: ['Hello', ' wörld'] },
    {
      tools: [
        { id: '', name: 'f', arguments: ['{"a":1}'] },
        { id: '', name: 'g', arguments: [] },
      ],
      signature: 'c2ln',
    },
  ];
  const events = (list: readonly GeminiPart[]): readonly SseEvent[] =>
    geminiStream(list).map(({ data }) => ({ event: '', data: JSON.stringify(data) }));

  it('is read or refused, and never breaks the gateway', () =>
    fuzzStreams({
      streams: [events(parts), events(parts.slice(1, 2))],
      decode: (frames) => decodeEvents(frames, decodeStream(asked)),
    }));
});
