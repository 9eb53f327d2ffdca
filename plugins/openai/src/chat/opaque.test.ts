import type { ChatEvent, JsonObject, Opaque } from '@dragoman/plugin';
import { describe, expect, it } from 'vitest';
import { chatRequest, eventsOf, testOpaque } from '@dragoman/testing';
import { decodeSse } from '@dragoman/testing/upstreams';
import { contextOf, inputOf } from '../../test/client.ts';
import { decodeRequest } from './request/decode-request.ts';
import { encodeReply } from './reply/encode-reply.ts';
import { encodeStream } from './reply/encode-stream.ts';

const asked = chatRequest('hi');
const sign = (data: string): Opaque => ({ protocol: 'anthropic', kind: 'thinking', data });

/** What a client sends back of a message that it got. */
function decoded(message: JsonObject): unknown {
  const { messages } = decodeRequest(
    inputOf({ model: 'm', messages: [{ role: 'user', content: 'q' }, message] }),
  );
  return messages[1]?.content;
}

async function streamed(events: readonly ChatEvent[]): Promise<readonly JsonObject[]> {
  const start: ChatEvent = { type: 'start', id: 'x', model: 'm' };
  const finish: ChatEvent = { type: 'finish', reason: 'stop' };
  let text = '';
  for await (const piece of encodeStream(eventsOf([start, ...events, finish]), contextOf(asked)))
    text += piece;
  return decodeSse(text).flatMap(({ data }) => {
    const choices = (data as JsonObject)['choices'] as readonly { delta: JsonObject }[] | undefined;
    return choices?.map(({ delta }) => delta) ?? [];
  });
}

describe('thinking that another upstream signed', () => {
  const parts = [
    { type: 'reasoning', text: 'one ', form: 'raw', opaque: sign('A') },
    { type: 'reasoning', text: 'two', form: 'raw', opaque: sign('B') },
    { type: 'text', text: 'x' },
  ] as const;

  it('comes back block by block', () => {
    const reply = { id: 'x', model: 'm', choices: [{ content: parts, reason: 'stop' as const }] };
    const choices = encodeReply(reply, contextOf(asked))['choices'] as unknown as readonly [
      { message: JsonObject },
    ];
    expect(decoded(choices[0].message)).toEqual(parts);
  });

  it('comes back from a stream, whose last entries hold them all', async () => {
    const deltas = await streamed(
      parts.flatMap((part, index): readonly ChatEvent[] => [
        {
          type: 'block-start',
          index,
          block: part.type === 'text' ? { type: 'text' } : { type: 'reasoning', form: 'raw' },
        },
        { type: 'block-delta', index, delta: part.text },
        ...('opaque' in part ? [{ type: 'block-opaque' as const, index, opaque: part.opaque }] : []),
        { type: 'block-end', index },
      ]),
    );
    const details = deltas.findLast((delta) => delta['reasoning_details'])?.['reasoning_details'];
    const message = {
      role: 'assistant',
      content: 'x',
      reasoning_content: 'one two',
      reasoning_details: details ?? [],
    };
    expect(decoded(message)).toEqual(parts);
  });

  it('is text alone when the text was altered, or the state was', () => {
    const data = testOpaque.seal(sign('A'));
    const details = [{ type: 'reasoning.encrypted', index: 0, data, length: 4 }];
    const message = { role: 'assistant', content: '', reasoning_details: details };
    expect(decoded({ ...message, reasoning_content: 'other' })).toEqual([
      { type: 'reasoning', text: 'other', form: 'raw' },
    ]);
    const forged = [{ type: 'reasoning.encrypted', index: 0, data: 'eyJndyI6MX0=' }];
    expect(decoded({ ...message, reasoning_content: 'one ', reasoning_details: forged })).toEqual([
      { type: 'reasoning', text: 'one ', form: 'raw' },
    ]);
  });
});

describe("Gemini's signature of a call", () => {
  const opaque: Opaque = { protocol: 'gemini', kind: 'call', data: 'R0VN' };

  it('is told with the call and comes back with it', async () => {
    const [, call] = await streamed([
      { type: 'block-start', index: 0, block: { type: 'tool-call', id: 'c', name: 'f', form: 'json' } },
      { type: 'block-opaque', index: 0, opaque },
      { type: 'block-delta', index: 0, delta: '{"a":1}' },
      { type: 'block-end', index: 0 },
    ]);
    expect(call).toMatchObject({
      tool_calls: [
        { id: 'c', function: { name: 'f' }, extra_content: { google: { thought_signature: 'R0VN' } } },
      ],
    });
    expect(decoded({ role: 'assistant', ...call })).toMatchObject([{ type: 'tool-call', opaque }]);
  });
});
