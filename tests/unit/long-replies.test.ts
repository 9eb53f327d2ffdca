import type { ChatEvent, EncodeContext, UpstreamCodec } from '@dragoman/plugin';
import { anthropicCodec } from '@dragoman/plugin-anthropic';
import { geminiCodec } from '@dragoman/plugin-gemini';
import { openaiChatCodec } from '@dragoman/plugin-openai';
import { describe, expect, it } from 'vitest';
import { ReplyFolder } from '../../packages/plugin/src/canonical/fold.ts';
import { placeOf } from '../../core/src/trace/worker/conversation.ts';
import { SseParser } from '../../packages/plugin/src/transport/sse.ts';
import { openaiResponsesCodec } from '../../plugins/openai/src/responses/codec.ts';
import { chatEndpoint } from '../support/chat-endpoint.ts';
import { growth, SUPERLINEAR } from '../support/cpu-time.ts';
import { chatRequest, eventsOf, testOpaque } from '@dragoman/testing';
import { LONG_HISTORIES, longRequest } from '../support/long-histories.ts';

const BLOCKS = 700;

const times = <T>(n: number, make: (at: number) => T): readonly T[] =>
  Array.from({ length: n }, (_, at) => make(at));

const begun = (index: number): ChatEvent => ({
  type: 'block-start',
  index,
  block: { type: 'tool-call', id: `call_${index}`, name: `tool_${index % 7}`, form: 'json' },
});
const said = (index: number, delta: string): ChatEvent => ({ type: 'block-delta', index, delta });
const ended = (index: number): ChatEvent => ({ type: 'block-end', index });
const whole = (events: readonly ChatEvent[]): readonly ChatEvent[] => [
  { type: 'start', id: 'r', model: 'm' },
  ...events,
  { type: 'finish', reason: 'tool-use' },
];

/** Replies of `n` blocks. */
const REPLIES: Readonly<Record<string, (n: number) => readonly ChatEvent[]>> = {
  'calls at once': (n) =>
    whole([
      ...times(n, begun),
      ...times(n, (at) => said(at, '{"a":')),
      ...times(n, (at) => said(at, '1}')),
      ...times(n, ended),
    ]),
  'calls one after the other': (n) =>
    whole(times(n, (at) => [begun(at), said(at, '{"a":1}'), ended(at)]).flat()),
  'texts and thoughts in turn': (n) =>
    whole(
      times(n, (index): readonly ChatEvent[] => [
        {
          type: 'block-start',
          index,
          block: index % 2 === 0 ? { type: 'text' } : { type: 'reasoning', form: 'summary' },
        },
        said(index, 'word '),
        ended(index),
      ]).flat(),
    ),
  'pieces of one text': (n) =>
    whole([
      { type: 'block-start', index: 0, block: { type: 'text' } },
      ...times(4 * n, () => said(0, 'word ')),
      ended(0),
    ]),
};

const request = chatRequest('hi', { stream: true });
const context: EncodeContext = { id: 'r', created: 1, request, opaque: testOpaque };

const WIRES: readonly (readonly [string, UpstreamCodec])[] = [
  ['openai-chat', openaiChatCodec],
  ['openai-responses', openaiResponsesCodec],
  ['anthropic', anthropicCodec],
  ['gemini', geminiCodec],
];

async function encoded(wire: string, events: readonly ChatEvent[]): Promise<string> {
  let text = '';
  for await (const frames of chatEndpoint(wire).encodeStream(eventsOf(events), context)) text += frames;
  return text;
}

describe.each(WIRES)('%s', (wire, codec) => {
  describe.each(Object.entries(REPLIES))('a stream of %s', (_, reply) => {
    it('is encoded in time that grows with it', async () => {
      const ratio = await growth(BLOCKS, (n) => {
        const events = reply(n);
        return () => encoded(wire, events);
      });
      expect(ratio).toBeLessThan(SUPERLINEAR);
    });

    it('is decoded in time that grows with it', async () => {
      const streams = new Map([
        [BLOCKS, await encoded(wire, reply(BLOCKS))],
        [4 * BLOCKS, await encoded(wire, reply(4 * BLOCKS))],
      ]);
      const ratio = await growth(BLOCKS, (n) => () => {
        const parser = new SseParser();
        const decoder = codec.decodeStream(request);
        let count = 0;
        for (const event of [...parser.push(streams.get(n) ?? ''), ...parser.end()])
          for (const _event of decoder.push(event)) count += 1;
        for (const _event of decoder.end()) count += 1;
        expect(count).toBeGreaterThan(n);
      });
      expect(ratio).toBeLessThan(SUPERLINEAR);
    });
  });
});

describe('the trace of a request', () => {
  it.each(Object.entries(REPLIES))('folds a reply of %s in time that grows with it', async (_, reply) => {
    const ratio = await growth(BLOCKS, (n) => {
      const events = reply(n);
      return () => {
        const folder = new ReplyFolder();
        for (const event of events) folder.push(event);
        expect(folder.reply().choices).toHaveLength(1);
      };
    });
    expect(ratio).toBeLessThan(SUPERLINEAR);
  });

  it.each(Object.entries(LONG_HISTORIES))(
    'finds the place of %s in time that grows with it',
    async (_, history) => {
      const ratio = await growth(BLOCKS, (n) => {
        const long = longRequest(history(n), 1, 'openai-chat');
        return () => placeOf('key', long, undefined);
      });
      expect(ratio).toBeLessThan(SUPERLINEAR);
    },
  );
});
