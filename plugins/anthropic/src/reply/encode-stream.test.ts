import { type ChatEvent, createOpaqueBox, type EncodeContext, type Opaque } from '@dragoman/plugin';
import { describe, expect, it } from 'vitest';
import { decodeRequest } from '../request/decode-request.ts';
import { encodeStream } from './encode-stream.ts';

const opaque = createOpaqueBox(Buffer.alloc(32, 1));

async function framesOf(events: readonly ChatEvent[]): Promise<readonly Record<string, unknown>[]> {
  const context = { request: { model: 'm' }, id: 'req_1', created: 0, opaque } as unknown as EncodeContext;
  async function* each(): AsyncGenerator<ChatEvent> {
    yield* events;
  }
  let text = '';
  for await (const piece of encodeStream(each(), context)) text += piece;
  return text.split(/(?<=\n\n)/).map((piece) => {
    const [, name, data = ''] = /^event: (\w+)\ndata: (.*)\n\n$/s.exec(piece) ?? [];
    const frame = JSON.parse(data) as Record<string, unknown>;
    expect(frame['type']).toBe(name);
    return frame;
  });
}

const start: ChatEvent = { type: 'start', id: 'x', model: 'm' };
const finish: ChatEvent = { type: 'finish', reason: 'stop' };

function thinking(state: Opaque): readonly ChatEvent[] {
  return [
    { type: 'block-start', index: 0, block: { type: 'reasoning', form: 'hidden' } },
    { type: 'block-opaque', index: 0, opaque: state },
    { type: 'block-end', index: 0 },
  ];
}

describe('a stream of messages', () => {
  it('puts parallel calls one after the other, each whole', async () => {
    const call = (index: number): ChatEvent => ({
      ...{ type: 'block-start', index },
      block: { type: 'tool-call', id: `call_${index}`, name: 'f', form: 'json' },
    });
    const frames = await framesOf([
      ...[start, call(0), call(1)],
      { type: 'block-delta', index: 1, delta: '{"b":1}' },
      { type: 'block-delta', index: 0, delta: '{"a":1}' },
      { type: 'block-end', index: 0 },
      { type: 'block-end', index: 1 },
      { ...finish, reason: 'tool-use' },
    ]);
    expect(
      frames.map(({ type, index }) =>
        `${type as string} ${index === undefined ? '' : (index as number)}`.trim(),
      ),
    ).toEqual([
      'message_start',
      ...['content_block_start 0', 'content_block_delta 0', 'content_block_stop 0'],
      ...['content_block_start 1', 'content_block_delta 1', 'content_block_stop 1'],
      ...['message_delta', 'message_stop'],
    ]);
    expect(frames[2]).toMatchObject({ delta: { partial_json: '{"a":1}' } });
  });

  it('tells what the prompt cost as soon as the upstream has, and the whole sum at the end', async () => {
    const usage = { input: 10, output: 5, cacheRead: 4 };
    const frames = await framesOf([
      start,
      { type: 'usage', usage: { ...usage, output: 0 } },
      { ...finish, usage },
    ]);
    expect(frames[0]).toMatchObject({
      message: { usage: { input_tokens: 6, cache_read_input_tokens: 4, output_tokens: 0 } },
    });
    expect(frames.at(-2)).toMatchObject({ usage: { input_tokens: 6, output_tokens: 5 } });
  });

  it.each<Opaque>([
    { protocol: 'anthropic', kind: 'thinking', data: 'EqQBown' },
    { protocol: 'gemini', kind: 'thinking', data: 'c2lnbmF0dXJl' },
  ])('carries the state of $protocol to the client and back as it was', async (state) => {
    const frames = await framesOf([start, ...thinking(state), finish]);
    const { signature } = (frames[2]?.['delta'] ?? {}) as { readonly signature: string };
    const body = {
      ...{ model: 'm', max_tokens: 1 },
      messages: [{ role: 'assistant', content: [{ type: 'thinking', thinking: '', signature }] }],
    };
    const decoded = decodeRequest({ body, params: {}, query: new URLSearchParams(), headers: {}, opaque });
    expect(decoded.messages[0]?.content).toEqual([
      { type: 'reasoning', text: '', form: 'hidden', opaque: state },
    ]);
  });
});
