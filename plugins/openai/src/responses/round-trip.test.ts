import {
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
import { fuzzStreams } from '../../../../tests/support/fuzz.ts';
import { type ResponsesPart, responsesStream } from '@dragoman/testing/upstreams';
import { contextOf, inputOf } from '../../test/client.ts';
import { decodeReply, decodeStream } from './reply/decode-reply.ts';
import { decodeRequest } from './request/decode-request.ts';
import { encodeReply } from './reply/encode-reply.ts';
import { encodeRequest } from './request/encode-request.ts';
import { encodeStream } from './reply/encode-stream.ts';
import { RESPONSES } from './wire.ts';

const SHAPE: ReplyShape = { parts: ['text', 'reasoning', 'refusal', 'tool-call'] };
const asked = chatRequest('hi', { protocol: RESPONSES });
const context = contextOf(asked);
const encode = (request: ChatRequest) =>
  encodeRequest(request, { capabilities: DEFAULT_CAPABILITIES, drop: () => {} }).body;

/** What this wire tells of a reply: reasoning as a summary, and a refusal as the reason of the end. */
function project(reply: ChatReply): ChatReply {
  const choices = reply.choices.map(({ content, reason }) => {
    const refused = content.some(({ type }) => type === 'refusal');
    const isFiltered = refused && reason === 'stop';
    return {
      reason: isFiltered ? ('content-filter' as const) : reason,
      content: content.map((part) =>
        part.type === 'reasoning' ? { ...part, form: 'summary' as const } : part,
      ),
    };
  });
  const { id: _, usage, ...rest } = reply;
  return { ...rest, id: 'resp_gateway-id', choices, ...(usage && { usage: { cacheWrite: 0, ...usage } }) };
}

/** Neighbours of one role are one turn to who reads items; the order of what they say stays. */
function flat(messages: readonly Message[]): readonly (readonly [string, unknown])[] {
  return messages.flatMap(({ role, content }) => content.map((part) => [role, part] as const));
}

describe('what is written can be read again', () => {
  it('as a request', () => {
    fc.assert(
      fc.property(chatRequests(RESPONSES), (request) => {
        const decoded = decodeRequest(inputOf(encode(request)));
        const texts = (list: ChatRequest['system']) =>
          list.flatMap(({ content }) => content.map(({ text }) => text)).join('\n\n');
        expect(texts(decoded.system)).toBe(texts(request.system));
        expect(flat(decoded.messages).map(([role, part]) => [role, withoutDetail(part)])).toEqual(
          flat(request.messages),
        );
        expect(decoded.tools.map(({ name }) => name)).toEqual(request.tools.map(({ name }) => name));
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
      fc.asyncProperty(chatStreams(SHAPE), async (events) => {
        const reply = await collect(eventsOf(events));
        const read = await readReply(
          decodeEvents(readSse(encodeStream(eventsOf(events), context)), decodeStream(asked)),
        );
        expect(read).toEqual(project(reply));
      }),
    ));

  it('to the same bytes on every later turn', () => {
    const itemsOf = (request: ChatRequest): readonly string[] =>
      (encode(request)['input'] as readonly unknown[]).map((item) => JSON.stringify(item));
    const more: readonly Message[] = [
      { role: 'assistant', content: [{ type: 'text', text: 'so' }] },
      { role: 'user', content: [{ type: 'text', text: 'and?' }] },
    ];
    fc.assert(
      fc.property(chatRequests('anthropic'), (request) => {
        const before = itemsOf(request);
        const after = itemsOf({ ...request, messages: [...request.messages, ...more] });
        expect(after.slice(0, before.length)).toEqual(before);
      }),
    );
  });
});

/** Images always say their detail on this wire. */
function withoutDetail(part: unknown): unknown {
  const { detail: _, ...rest } = part as { readonly detail?: string };
  return rest;
}

describe('a spoiled stream', () => {
  const parts: readonly ResponsesPart[] = [
    { reasoning: ['Let me ', 'think.'] },
    { text: ['Hello', ' wörld'] },
    {
      tools: [
        { id: 'call_1', name: 'f', arguments: ['{"a":', '1}'] },
        { id: 'call_2', name: 'g', arguments: [] },
      ],
    },
  ];
  const events = (list: readonly ResponsesPart[]): readonly SseEvent[] =>
    responsesStream(list).map(({ event = '', data }) => ({ event, data: JSON.stringify(data) }));

  it('is read or refused, and never breaks the gateway', () =>
    fuzzStreams({
      streams: [events(parts), events([{ refusal: ['No', '.'] }])],
      decode: (frames) => decodeEvents(frames, decodeStream(asked)),
    }));
});
