import {
  type AssistantPart,
  type ChatReply,
  type ChatRequest,
  decodeEvents,
  type Usage,
} from '@dragoman/plugin';
import { describe, expect, it } from 'vitest';
import { chatRequest, eventsOf, failureOf, readReply } from '@dragoman/testing';
import { readFixture, readJsonFixture } from '../../../test/fixture.ts';
import { decodeReply, decodeStream } from './decode-reply.ts';

const SIZES = [1, 7, 0];
const text = (value: string): AssistantPart => ({ type: 'text', text: value });
const reasoning = (value: string): AssistantPart => ({ type: 'reasoning', form: 'raw', text: value });
const call = (id: string, name: string, value: string): AssistantPart => ({
  type: 'tool-call',
  id,
  name,
  form: 'json',
  arguments: value,
});
const usage: Usage = {
  input: 12,
  output: 7,
  cacheRead: 4,
  reasoning: 2,
  extensions: { 'openai-chat': { prompt_tokens_details: { audio_tokens: 0 } } },
};

/** Reads a stream in pieces of every size, which must not make a difference. */
async function replyOf(name: string, request: ChatRequest = chatRequest('hi')): Promise<ChatReply> {
  const replies = await Promise.all(
    SIZES.map((size) => readReply(decodeEvents(readFixture(name, size), decodeStream(request)))),
  );
  const [first, ...others] = replies;
  for (const other of others) expect(other).toEqual(first);
  if (!first) throw new Error('No size was tried.');
  return first;
}

async function contentOf(name: string): Promise<readonly AssistantPart[]> {
  return (await replyOf(name)).choices[0]?.content ?? [];
}

describe('a stream', () => {
  it.each(['text', 'text-crlf'])('of text is read whole: %s', async (name) => {
    expect(await replyOf(name)).toEqual({
      id: 'chatcmpl-1',
      model: 'real',
      created: 1_760_000_000,
      choices: [{ content: [text('Hello wörld 🙂')], reason: 'stop' }],
      usage,
      extensions: { 'openai-chat': { system_fingerprint: 'fp_1' } },
    });
  });

  it.each(['text-without-done', 'text-done-with-blank', 'text-in-last-chunk', 'text-as-parts'])(
    'may be a little off: %s',
    async (name) => expect(await contentOf(name)).toEqual([text('Hello')]),
  );

  it('may begin and end with chunks that hold no choices', async () => {
    const reply = await replyOf('empty-choices-first');
    expect(reply).toMatchObject({ id: 'chatcmpl-1', model: 'real', usage });
  });

  it('may tell its usage with every chunk; the last counts', async () => {
    expect((await replyOf('usage-on-every-chunk')).usage).toEqual({ input: 5, output: 3 });
  });

  it('may count its ids', async () => {
    const reply = await replyOf('numeric-ids');
    expect(reply.id).toBe('42');
    expect(reply.choices[0]?.content).toEqual([call('7', 'f', '{}')]);
  });

  it('keeps the finish reason that it does not know', async () => {
    const reply = await replyOf('finish-unknown');
    expect(reply.choices[0]?.reason).toBe('stop');
    expect(reply.extensions?.['openai-chat']).toMatchObject({ finish_reason: 'eos_token' });
  });

  it('may have several choices', async () => {
    expect((await replyOf('choices')).choices).toEqual([
      { content: [text('Aa')], reason: 'stop' },
      { content: [text('Bb')], reason: 'max-tokens' },
    ]);
  });

  it('has no more choices than make sense', async () => {
    expect((await replyOf('choice-index-absurd')).choices).toEqual([
      { content: [text('Hello')], reason: 'stop' },
    ]);
  });

  it('keeps log probabilities', async () => {
    const { choices } = await replyOf('logprobs');
    expect(choices[0]?.logprobs).toMatchObject([{ token: 'Hel' }, { token: 'lo' }]);
  });

  it('counts citations from the start of the text that they are in', async () => {
    const content = await contentOf('citations');
    const citation = { url: 'https://e.com', title: 'E', start: 4, end: 8 };
    expect(content[2]).toEqual({ ...text('See this'), citations: [citation] });
  });

  it('collects audio, in the format that was asked for', async () => {
    const extensions = { 'openai-chat': { audio: { voice: 'alloy', format: 'mp3' } } };
    const { choices } = await replyOf('audio', chatRequest('hi', { extensions }));
    expect(choices[0]?.content).toEqual([
      {
        type: 'media',
        media: 'audio',
        source: { type: 'base64', mimeType: 'audio/mp3', data: 'UklGRg==' },
        transcript: 'Hello',
        extensions: { 'openai-chat': { id: 'audio_1', expires_at: 1_760_003_600 } },
      },
    ]);
  });

  it('that refuses was filtered, whatever it says', async () => {
    expect((await replyOf('refusal')).choices).toEqual([
      { content: [{ type: 'refusal', text: 'I cannot.' }], reason: 'content-filter' },
    ]);
  });
});

describe('reasoning', () => {
  it.each(['reasoning-content', 'reasoning-field', 'reasoning-details', 'reasoning-said-twice'])(
    'is read under each of its names: %s',
    async (name) => expect(await contentOf(name)).toEqual([reasoning('Let me'), text('Hi')]),
  );
});

describe('tool calls', () => {
  const two = [call('c0', 'f', '{"a":1}'), call('c1', 'g', '{"b":2}')];
  it.each(['tools-parallel-interleaved', 'tools-same-index', 'tools-without-index'])(
    'are told apart: %s',
    async (name) => expect(await contentOf(name)).toEqual(two),
  );

  it.each(['tools-id-made-up-anew', 'tools-arguments-before-name'])('are kept together: %s', async (name) =>
    expect(await contentOf(name)).toEqual([call('c0', 'f', '{"a":1}')]),
  );

  it('without an id get one, the same each time', async () => {
    expect(await contentOf('tools-name-repeated')).toEqual([call('call_chatcmpl1n0', 'f', '{"a":1}')]);
    expect(await contentOf('tools-same-index-without-id')).toEqual([
      call('call_chatcmpl1n0', 'f', '{"a":1}'),
      call('call_chatcmpl1n1', 'f', '{"a":2}'),
    ]);
    expect(await contentOf('tools-without-index-and-id')).toEqual([
      call('call_chatcmpl1n0', 'f', '{"a":1}'),
      call('call_chatcmpl1n1', 'g', '{"b":2}'),
    ]);
    expect(await contentOf('function-call')).toEqual([call('call_chatcmpl1n0', 'f', '{"a":1}')]);
  });

  it('without arguments have an empty object', async () => {
    expect(await contentOf('tools-without-arguments')).toEqual([call('c0', 'f', '{}')]);
  });

  it('may have text between them', async () => {
    expect(await contentOf('tools-text-between')).toEqual([
      text('One'),
      call('c0', 'f', '{}'),
      text('Two'),
      call('c1', 'g', '{}'),
    ]);
  });

  it('may be free text', async () => {
    const [part] = await contentOf('tools-custom');
    expect(part).toMatchObject({ form: 'freeform', name: 'patch', arguments: '*** Begin Patch' });
  });

  it.each([
    ['tools-finish-stop', 'tool-use'],
    ['tools-finish-length', 'max-tokens'],
    ['function-call', 'tool-use'],
  ])('decide why the reply ended: %s', async (name, reason) => {
    expect((await replyOf(name)).choices[0]?.reason).toBe(reason);
  });
});

describe('a stream that fails', () => {
  it.each([
    ['truncated', 'upstream-broken', /without a finish reason/],
    ['truncated-with-done', 'upstream-broken', /without a finish reason/],
    ['truncated-second-choice', 'upstream-broken', /without a finish reason/],
    ['empty', 'upstream-broken', /without a finish reason/],
    ['not-json', 'upstream-broken', /not JSON/],
    ['error', 'rate-limit', /Too many requests/],
    ['error-with-status', 'overloaded', /Overloaded/],
    ['error-in-choice', 'rate-limit', /Slow down/],
    ['error-context', 'context-window', /maximum context length/],
  ])('says so: %s is %s', async (name, kind, message) => {
    for (const size of SIZES) {
      const error = await failureOf(
        readReply(decodeEvents(readFixture(name, size), decodeStream(chatRequest('hi')))),
      );
      expect(error).toMatchObject({ kind, message: expect.stringMatching(message) });
    }
  });
});

describe('a whole reply', () => {
  const read = (name: string): Promise<ChatReply> =>
    readReply(eventsOf(decodeReply(readJsonFixture(name), chatRequest('hi'))));

  it('tells what the stream tells', async () => {
    expect(await read('text')).toEqual(await replyOf('text'));
  });

  it('is over, even where it does not say why', async () => {
    expect((await read('text-without-finish')).choices).toEqual([
      { content: [text('Hello')], reason: 'stop' },
    ]);
  });

  it('keeps calls apart that share an id', async () => {
    expect((await read('tools-same-id')).choices[0]).toEqual({
      content: [reasoning('Let me'), call('c', 'f', '{"a":1}'), call('c', 'f', '{"a":2}')],
      reason: 'tool-use',
    });
  });

  it.each(['without-message', 'without-choices'])('that holds none is broken: %s', async (name) => {
    expect(await failureOf(read(name))).toMatchObject({ kind: 'upstream-broken' });
  });
});
