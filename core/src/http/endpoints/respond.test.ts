import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import type { Context } from 'koa';
import { afterEach, describe, expect, it } from 'vitest';
import { type Framing, GatewayError } from '@dragoman/plugin';
import type { Reply } from '../../routing/reply.ts';
import { createRequestRecord } from '../../routing/request-record.ts';
import { respondStream, type StreamOptions } from './respond.ts';

let server: Server | undefined;
afterEach(() => server?.closeAllConnections());

async function fetchFrom(listener: RequestListener): Promise<Response> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}

/** As much of Koa's context as writing a reply needs. */
const contextOf = (res: ServerResponse): Context =>
  ({ res, state: { requestId: 'req_test', record: createRequestRecord(0) } }) as unknown as Context;

const manners = (keepAliveMs: number, framing: Framing = 'sse'): StreamOptions => ({
  ...{ framing, keepAliveMs, contentType: undefined, keepAlive: undefined },
  encodeError: (error) => `data: ${error.kind}\n\n`,
});

async function readUntil(response: Response, isEnough: (text: string) => boolean): Promise<string> {
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk as Uint8Array).toString();
    if (isEnough(text)) break;
  }
  return text;
}

describe('a streamed reply', () => {
  it('keeps a client company before the upstream has answered', async () => {
    const { promise, resolve } = Promise.withResolvers<Reply>();
    const response = await fetchFrom((_, res) => void respondStream(contextOf(res), promise, manners(5)));
    expect(response.status).toBe(200);
    expect(response.headers.get('x-accel-buffering')).toBe('no');
    const text = await readUntil(response, (sofar) => {
      if (sofar.includes('keep-alive'))
        resolve({ status: 200, headers: {}, body: Readable.from([Buffer.from('data: 1\n\n')]) });
      return sofar.includes('data: 1');
    });
    expect(text).toMatch(/^(?:: keep-alive\n\n)+data: 1\n\n$/);
  });

  it('never puts a keep-alive into the middle of an event', async () => {
    const body = new PassThrough();
    const reply: Reply = { status: 200, headers: {}, body };
    body.write('data: {"a":');
    const response = await fetchFrom(
      (_, res) => void respondStream(contextOf(res), Promise.resolve(reply), manners(2)),
    );
    const beats: number[] = [];
    const timer = setInterval(() => {
      if (beats.push(1) === 10) body.write('1}\n\n');
    }, 2);
    const text = await readUntil(response, (sofar) => sofar.includes('keep-alive'));
    clearInterval(timer);
    expect(text).toMatch(/^data: \{"a":1\}\n\n: keep-alive/);
    body.end();
  });

  it('never puts a keep-alive into the middle of a line of JSON', async () => {
    const body = new PassThrough();
    body.write('{"a":');
    const reply = Promise.resolve<Reply>({ status: 200, headers: {}, body });
    const response = await fetchFrom(
      (_, res) => void respondStream(contextOf(res), reply, manners(2, 'ndjson')),
    );
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    const beats: number[] = [];
    const timer = setInterval(() => {
      if (beats.push(1) === 10) body.write('1}\n');
    }, 2);
    const text = await readUntil(response, (sofar) => sofar.endsWith(' '));
    clearInterval(timer);
    expect(text).toMatch(/^\{"a":1\}\n +$/);
    body.end();
  });

  it('tells a failure in the stream once it has begun, and breaks it in the middle of an event', async () => {
    const failing = (begin: string): Reply => {
      const body = Readable.from(
        (function* () {
          yield Buffer.from(begin);
          throw new GatewayError('upstream-broken', 'Cut.');
        })(),
      );
      return { status: 200, headers: {}, body };
    };
    const listener =
      (begin: string): RequestListener =>
      (_, res) =>
        void respondStream(contextOf(res), Promise.resolve(failing(begin)), manners(1000)).catch(() => {});
    const whole = await fetchFrom(listener('data: 1\n\n'));
    expect(await whole.text()).toBe('data: 1\n\ndata: upstream-broken\n\n');
    const half = await fetchFrom(listener('data: {"a"'));
    await expect(half.text()).rejects.toThrow();
  });

  it('leaves a failure before the first byte to the caller, so that it can be a proper HTTP error', async () => {
    const response = await fetchFrom((_, res) => {
      const failure = Promise.reject(new GatewayError('rate-limit', 'Slow down.'));
      respondStream(contextOf(res), failure, manners(1000)).catch((error: GatewayError) => {
        res.writeHead(error.status).end();
      });
    });
    expect(response.status).toBe(429);
  });

  it('copes with an upstream that broke before anybody read it', async () => {
    const body = new PassThrough();
    body.on('error', () => {});
    body.destroy(new GatewayError('upstream-broken', 'Cut.'));
    await new Promise((resolve) => body.once('close', resolve));
    const response = await fetchFrom((_, res) => {
      const reply = Promise.resolve({ status: 200, headers: {}, body });
      void respondStream(contextOf(res), reply, manners(1000)).catch(() => {});
    });
    expect(await response.text()).toBe('data: upstream-broken\n\n');
  });

  it('lets go of the upstream when the client goes away', async () => {
    const body = new PassThrough();
    body.write('data: 1\n\n');
    const reply: Reply = { status: 200, headers: {}, body };
    const closed = new Promise((resolve) => body.once('close', resolve));
    const response = await fetchFrom(
      (_, res) => void respondStream(contextOf(res), Promise.resolve(reply), manners(1000)),
    );
    await response.body?.cancel();
    await closed;
    expect(body.destroyed).toBe(true);
  });
});
