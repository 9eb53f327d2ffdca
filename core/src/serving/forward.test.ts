import { PassThrough, Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { candidate, routing } from '../../../tests/support/candidates.ts';
import { bodyOf, callOf, exchangeOf, rawOf, replyOf } from '../../../tests/support/exchange.ts';
import {
  type ChatEvent,
  type ErrorKind,
  type Forward,
  GatewayError,
  type RawRequest,
  type StreamDecoder,
} from '@dragoman/plugin';
import type { Meter } from '../metering/meter.ts';
import type { Reply } from '../routing/reply.ts';
import { type ForwardedRequest, forwardOf, forwardRequest } from './forward.ts';

/** Each event of a stream holds a canonical one; `!` means a failure. */
const decoder = (): StreamDecoder => ({
  isOver: false,
  push({ data }) {
    if (data === '!') throw new GatewayError('overloaded', 'No.');
    return [JSON.parse(data) as ChatEvent];
  },
  end() {
    throw new GatewayError('upstream-broken', 'It ended early.');
  },
});

const plain: Omit<Forward, 'send'> = {
  wires: ['test-wire'],
  decodeError: (status, headers, said) =>
    new GatewayError(status === 429 ? 'rate-limit' : 'upstream-broken', `${status} ${said.length}`, {
      upstream: { status, requestId: headers['x-request-id'] ?? '' },
    }),
  answers: { 'test-wire': { choices: 'list' } },
  reader: () => ({ decodeReply: () => [], decodeStream: decoder }),
  readEnd: (_, said) => ({ isComplete: said.includes('finish'), isFailed: said.includes('fail') }),
};

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer | Readable;
}
const JSON_REPLY = { 'content-type': 'application/json' };
const SSE_REPLY = { 'content-type': 'text/event-stream' };

/** The gateway's HTTP client has each piece counted as it comes. */
async function* counted(body: Readable, meter: Meter): AsyncGenerator<Buffer> {
  for await (const chunk of body as AsyncIterable<Buffer>) {
    meter.push(chunk);
    yield chunk;
  }
}

/** An upstream that answers the client's bytes with these. */
function upstream({ status = 200, headers = JSON_REPLY, body }: Answer, own: Partial<Forward> = {}) {
  const sent: { readonly raw: RawRequest; readonly model: string | undefined }[] = [];
  const failures: ErrorKind[] = [];
  let isReleased = false;
  const stream = body instanceof Readable ? body : Readable.from([Buffer.from(body)]);
  const forward: Forward = {
    ...plain,
    send(raw, model, { signal }) {
      sent.push({ raw, model });
      signal.throwIfAborted();
      call.meter.wants(headers);
      return Promise.resolve({ status, headers, body: Readable.from(counted(stream, call.meter)) });
    },
    ...own,
  };
  const exchange = exchangeOf();
  const call = callOf(candidate('up', {}, { forward }), {
    onFailure: ({ kind }) => failures.push(kind),
    onRelease: () => (isReleased = true),
  });
  const raw = rawOf('{"model": "m",  "messages": []}');
  return {
    ...{ exchange, call, raw, sent, failures, body: stream },
    isReleased: () => isReleased,
    ask: (input: Partial<ForwardedRequest> = {}): Promise<Reply> =>
      forwardRequest(forward, exchange, { raw, call, model: 'm', isAnswer: true, ...input }),
  };
}

const asStream = { framing: 'sse', hold: routing.hold } as const;
const sse = (...events: readonly (ChatEvent | string)[]): string =>
  events.map((event) => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`).join('');
const bytesOf = ({ body }: Reply): Promise<Buffer> => buffer(Readable.from(body));

/** Reads a reply as the HTTP layer does, watched. */
async function read({ body, watcher }: Reply): Promise<string> {
  let said = '';
  for await (const chunk of body as Readable) {
    watcher?.push?.(chunk as Buffer);
    said += (watcher?.replace?.(chunk as Buffer) ?? (chunk as Buffer)).toString();
  }
  watcher?.end();
  return said;
}

describe('who may forward', () => {
  it('is an upstream that speaks the wire and whose config allows it', () => {
    const forward = { ...plain, send: () => Promise.reject(new Error('Not sent.')) };
    expect(forwardOf(candidate('up', {}, { forward }), 'test-wire')).toBe(forward);
    expect(forwardOf(candidate('up', {}, { forward }), 'other-wire')).toBeUndefined();
    expect(forwardOf(candidate('up', { passThrough: false }, { forward }), 'test-wire')).toBeUndefined();
    expect(forwardOf(candidate('up'), 'test-wire')).toBeUndefined();
  });
});

describe('a whole reply', () => {
  const answer = '{ "choices" : [ ],\n"odd": 1.0 }';

  it('comes back byte for byte, as the request went', async () => {
    const { ask, sent, raw, isReleased } = upstream({ body: answer });
    expect(await bodyOf(await ask())).toBe(answer);
    expect(sent).toEqual([{ raw, model: 'm' }]);
    expect(sent[0]?.raw).toBe(raw);
    expect(isReleased()).toBe(true);
  });

  it('keeps only the headers that mean something to a client', async () => {
    const headers = {
      ...JSON_REPLY,
      ...{ 'set-cookie': 'session=1', 'openai-organization': 'acme', server: 'nginx', date: 'today' },
      ...{ 'x-request-id': 'up-1', 'retry-after': '3', 'x-own-rate': '5', 'x-owner': 'acme', 'x-exact': '1' },
    };
    const { ask } = upstream({ headers, body: answer }, { replyHeaders: ['x-own-', 'x-exact'] });
    expect((await ask()).headers).toEqual({
      ...JSON_REPLY,
      ...{ 'x-upstream-request-id': 'up-1', 'retry-after': '3', 'x-own-rate': '5', 'x-exact': '1' },
    });
  });

  it('tells what it took', async () => {
    const usage = { input: 3, output: 2 };
    const { ask, exchange, call } = upstream(
      { body: answer },
      { readEnd: (_, said) => ({ isComplete: true, ...(said === answer && { usage }) }) },
    );
    await ask();
    expect(exchange.record.usage).toEqual(usage);
    expect(call.meter.isWhole).toBe(true);
  });

  it('loses a byte order mark, which not every client reads', async () => {
    const { ask } = upstream({ body: `\uFEFF${answer}` });
    expect(await bodyOf(await ask())).toBe(answer);
  });

  it('may be anything where it is no answer of a model', async () => {
    const audio = Buffer.from([0xef, 0xbb, 0xbf, 0, 255]);
    const { ask } = upstream({ headers: { 'content-type': 'audio/mpeg' }, body: audio });
    expect(await bytesOf(await ask({ isAnswer: false }))).toEqual(audio);
  });
});

describe('a reply that is no answer', () => {
  it.each([400, 429, 500])('of status %d means what the provider says', async (status) => {
    const body = 'x'.repeat(20_000);
    const { ask } = upstream({ status, headers: { 'x-request-id': 'up-1' }, body });
    await expect(ask()).rejects.toMatchObject({
      kind: status === 429 ? 'rate-limit' : 'upstream-broken',
      // No more of it is read.
      message: `${status} 16384`,
      details: { upstream: { status, requestId: 'up-1' } },
    });
  });

  it('of status 302 is broken, as redirects are not followed', async () => {
    const { ask } = upstream({ status: 302, body: '{"choices":[]}' });
    await expect(ask()).rejects.toMatchObject({ kind: 'upstream-broken' });
  });

  it.each([
    ['an error', '{"error":{"message":"Overloaded."}}', '200 35'],
    ['something else', '{"hello":"world"}', 'not a valid reply'],
    ['a web page', '<html>Sign in</html>', 'a web page'],
    ['nothing', '', 'an empty body'],
  ])('of status 200 is broken where it is %s', async (_, body, message) => {
    const failed = upstream({ body }).ask();
    await expect(failed).rejects.toMatchObject({
      kind: 'upstream-broken',
      message: expect.stringContaining(message) as string,
    });
  });

  it('means what the provider throws otherwise, without its words', async () => {
    const { ask } = upstream({ body: '' }, { send: () => Promise.reject(new TypeError('x is undefined')) });
    await expect(ask()).rejects.toMatchObject({
      kind: 'upstream-broken',
      message: 'The provider of up failed.',
    });
  });
});

describe('a stream', () => {
  const events = replyOf('Hello.');

  it('comes back byte for byte, at its end complete', async () => {
    const said = `${sse(...events)}: a comment\n\n`;
    const { ask, call, failures } = upstream({ headers: SSE_REPLY, body: said });
    const reply = await ask(asStream);
    expect(await read(reply)).toBe(said);
    expect(failures).toEqual([]);
    expect(call.seen.firstAt).toBeDefined();
  });

  it('is held until its first content', async () => {
    const body = new PassThrough();
    const { ask, call, isReleased } = upstream({ headers: SSE_REPLY, body });
    let isAnswered = false;
    const reply = ask(asStream).finally(() => (isAnswered = true));
    body.write(sse(...events.slice(0, 2)));
    await turn();
    await turn();
    expect([isAnswered, call.seen.firstAt]).toEqual([false, undefined]);
    body.write(sse(...events.slice(2, 3)));
    const held = await reply;
    expect(isReleased()).toBe(false);
    body.end(sse(...events.slice(3)));
    expect(await read(held)).toBe(sse(...events));
    await turn();
    expect(isReleased()).toBe(true);
  });

  it.each([
    ['tells of a failure', sse(...events.slice(0, 2), '!'), 'overloaded'],
    ['ends', sse(...events.slice(0, 2)), 'upstream-broken'],
    ['is JSON that tells of an error', '{"error":{"message":"Overloaded."}}', 'upstream-broken'],
    ['is empty', '', 'upstream-broken'],
  ])('that %s before its first content can be replaced', async (_, body, kind) => {
    await expect(upstream({ headers: SSE_REPLY, body }).ask(asStream)).rejects.toMatchObject({ kind });
  });

  it('without an end is reported', async () => {
    const { ask } = upstream({ headers: SSE_REPLY, body: sse(...events.slice(0, 4)) });
    const reply = await ask(asStream);
    await expect(read(reply)).rejects.toMatchObject({
      kind: 'upstream-broken',
      message: expect.stringContaining('ended early') as string,
    });
  });

  it('that breaks off is blamed on its upstream, and its reader is told', async () => {
    const body = new PassThrough();
    const { ask, failures } = upstream({ headers: SSE_REPLY, body });
    body.write(sse(...events.slice(0, 3)));
    const reply = await ask(asStream);
    const broken = read(reply);
    body.destroy(new GatewayError('upstream-broken', 'Cut.'));
    await expect(broken).rejects.toThrow('Cut.');
    expect(reply.watcher?.explain?.(new TypeError('odd'))).toMatchObject({ kind: 'upstream-broken' });
    expect(failures).toEqual(['upstream-broken']);
  });

  it('that told its client of a failure is noted', async () => {
    const said = sse(...events.slice(0, 3), 'fail finish');
    const { ask, exchange, failures } = upstream({ headers: SSE_REPLY, body: said });
    const reply = await ask(asStream);
    expect(await read(reply).catch(String)).toBe(said);
    expect(exchange.record.errorKind).toBe('upstream-broken');
    expect(failures).toEqual(['upstream-broken']);
  });

  it('hides credentials where it tells of an error, and changes nothing else', async () => {
    const [key, ...others] = ['sk-0123456789', 'ä', 'text'];
    const said = [...others, `{"error":"${key} ä"}`, key].map((line) => sse(line));
    const body = Readable.from(said.map((line) => Buffer.from(line)));
    const { ask } = upstream({ headers: SSE_REPLY, body }, { readEnd: () => ({ isComplete: true }) });
    const reply = await ask({ framing: 'sse', secrets: { values: ['sk-0123456789'], headers: [] } });
    expect(await read(reply)).toBe(said.join('').replace(`${key} ä`, '[redacted] ä'));
  });

  it('goes on without being read first, where its wire has no reader', async () => {
    const body = new PassThrough();
    const { ask } = upstream({ headers: SSE_REPLY, body }, { reader: () => undefined });
    const reply = ask(asStream);
    body.write('data: start');
    const { body: begun } = await reply;
    body.end('\n\n');
    expect(await text(begun as Readable)).toBe('data: start\n\n');
  });

  it('is broken where it is empty, whoever reads it', async () => {
    const { ask } = upstream({ headers: SSE_REPLY, body: '' }, { reader: () => undefined });
    await expect(ask(asStream)).rejects.toThrow('The upstream returned an empty stream.');
  });

  describe.each([
    [
      'ndjson',
      'application/x-ndjson',
      (all: readonly object[]) => all.map((one) => `${JSON.stringify(one)}\n`).join(''),
    ],
    ['json-array', 'application/json', (all: readonly object[]) => JSON.stringify(all)],
  ] as const)('may be %s', (framing, type, write) => {
    const headers = { 'content-type': type };

    it('which comes back byte for byte', async () => {
      const { ask } = upstream({ headers, body: write(events) });
      expect(await read(await ask({ ...asStream, framing }))).toBe(write(events));
    });

    it('which is held until its first content', async () => {
      const said = write(events);
      const content = said.indexOf('"Hello."');
      const body = new PassThrough();
      let isAnswered = false;
      const reply = upstream({ headers, body })
        .ask({ ...asStream, framing })
        .finally(() => (isAnswered = true));
      body.write(said.slice(0, content));
      await turn();
      await turn();
      expect(isAnswered).toBe(false);
      body.end(said.slice(content));
      expect(await read(await reply)).toBe(said);
    });

    it('which can be replaced where it fails before that', async () => {
      const failed = upstream({ headers, body: write(events.slice(0, 2)) });
      await expect(failed.ask({ ...asStream, framing })).rejects.toMatchObject({ kind: 'upstream-broken' });
    });
  });
});
