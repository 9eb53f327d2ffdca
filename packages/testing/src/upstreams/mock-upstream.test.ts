import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestContext, type TestContext } from '../context/call-context.ts';
import { failureOf } from '../events.ts';
import { type Frame, type MockUpstream, startMockUpstream } from './mock-upstream.ts';
import { decodeSse } from './wire-frames.ts';

const textOf = (pieces: readonly Buffer[]): string => Buffer.concat(pieces).toString();

describe('the mock upstream', () => {
  let upstream: MockUpstream;
  let test: TestContext;
  beforeEach(async () => {
    upstream = await startMockUpstream();
    test = createTestContext();
  });
  afterEach(async () => {
    await test.close();
    await upstream.close();
  });

  const send = async (path = '/v1/echo?a=1'): Promise<{ status: number; pieces: readonly Buffer[] }> => {
    const request = { method: 'POST', url: upstream.url + path, body: '{"model":"m"}' };
    const { status, body } = await test.context.http.send(request);
    const pieces: Buffer[] = [];
    for await (const piece of body) pieces.push(piece as Buffer);
    return { status, pieces };
  };

  it('answers from the queue, then from the handler, and says what it has no answer for', async () => {
    upstream.handle('/v1/echo', ({ body, query }) => ({ body: { got: body ?? null, a: query.get('a') } }));
    upstream.reply({ status: 418, rawBody: 'teapot' });
    expect(await send()).toMatchObject({ status: 418 });
    expect(textOf((await send()).pieces)).toBe('{"got":{"model":"m"},"a":"1"}');
    const missing = await send('/other');
    expect([missing.status, textOf(missing.pieces)]).toEqual([501, expect.stringContaining('POST /other')]);
  });

  it('records what it was sent', async () => {
    upstream.reply({});
    await send();
    expect(upstream.lastCall).toMatchObject({
      method: 'POST',
      path: '/v1/echo',
      body: { model: 'm' },
      isAborted: false,
    });
    expect(upstream.lastCall.rawBody.toString()).toBe('{"model":"m"}');
    expect(await upstream.waitForCall(1)).toBe(upstream.lastCall);
  });

  it.each([1, 7])('streams frames in HTTP chunks of %s bytes', async (chunkBytes) => {
    const stream: Frame[] = [{ event: 'ping', data: { n: 1 } }, { data: 'wörd' }];
    upstream.reply({ stream, chunkBytes }, { stream, chunkBytes });
    expect(decodeSse(textOf((await send()).pieces))).toEqual(stream);
    const socket = connect(Number(new URL(upstream.url).port), '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    const [, body = ''] = (await text(socket)).split('\r\n\r\n');
    const sizes = [...body.matchAll(/(?:^|\r\n)([0-9a-f]+)\r\n/g)].map(([, size = '']) =>
      Number.parseInt(size, 16),
    );
    expect(sizes.slice(0, 3)).toEqual([chunkBytes, chunkBytes, chunkBytes]);
  });

  it('sends a body whole unless it is told otherwise', async () => {
    upstream.reply({ stream: [{ data: 1 }, { data: 2 }] });
    expect((await send()).pieces).toHaveLength(1);
  });

  it('streams a JSON array as Gemini does', async () => {
    upstream.reply({ stream: [{ data: { n: 1 } }, { data: { n: 2 } }], transport: 'json-array' });
    expect(JSON.parse(textOf((await send()).pieces))).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('compresses', async () => {
    upstream.reply({ body: { zipped: true }, gzip: true, chunkBytes: 7 });
    expect(textOf((await send()).pieces)).toBe('{"zipped":true}');
  });

  it.each(['headers', true, 3] as const)('cuts the connection: %s', async (cut) => {
    upstream.reply({ rawBody: 'abcdef', cut });
    expect(await failureOf(send())).toBeInstanceOf(Error);
  });

  it.each(['headers', true] as const)('hangs until the client goes away: %s', async (hang) => {
    upstream.reply({ rawBody: 'abc', hang });
    const failure = failureOf(send());
    const call = await upstream.waitForCall();
    test.abort();
    await call.aborted;
    expect(call.isAborted).toBe(true);
    expect(await failure).toBeInstanceOf(Error);
  });

  it('lets a test hold a stream', async () => {
    const gate = Promise.withResolvers<void>();
    async function* frames(): AsyncGenerator<Frame> {
      yield { data: 'first' };
      await gate.promise;
      yield { data: 'second' };
    }
    upstream.reply({ stream: frames() });
    const { body } = await test.context.http.send({ method: 'GET', url: upstream.url });
    const pieces = body[Symbol.asyncIterator]();
    expect(String((await pieces.next()).value)).toBe('data: first\n\n');
    gate.resolve();
    expect(String((await pieces.next()).value)).toBe('data: second\n\n');
  });

  it('survives a client that goes away in the middle of its request', async () => {
    const socket = connect(Number(new URL(upstream.url).port), '127.0.0.1');
    await new Promise<void>((resolve) => socket.once('connect', resolve));
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc');
    socket.destroy();
    upstream.reply({ body: 'alive' });
    expect(textOf((await send()).pieces)).toBe('"alive"');
  });
});
