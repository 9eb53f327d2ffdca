import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { brotliCompressSync, createGzip, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { timeoutsSchema, type Timeouts } from '../config/upstream.ts';
import type { HttpClient, HttpReply } from './http.ts';
import { createHttpPools, type HttpPools } from './pools.ts';

const DEFAULTS = timeoutsSchema.parse({});

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return listen(server);
}

function createPools(): HttpPools {
  const pools = createHttpPools();
  onTestFinished(() => pools.close());
  return pools;
}

function createClient(timeouts: Partial<Timeouts> = {}, signal = new AbortController().signal): HttpClient {
  return createPools().client({ timeouts: { ...DEFAULTS, ...timeouts }, signal });
}

const get = (client: HttpClient, url: string): Promise<HttpReply> => client.send({ method: 'GET', url });

/** A server that says what it was asked. */
const echo: RequestListener = (request, response) => {
  void text(request).then((body) => {
    const { method, url, headers } = request;
    response.end(JSON.stringify({ method, url, headers, body }));
  });
};

/** A server whose replies the test writes by hand; it resolves with each request as it comes. */
async function serveByHand(): Promise<{
  readonly url: string;
  next(): Promise<{ readonly request: IncomingMessage; readonly response: ServerResponse }>;
}> {
  const asked: { request: IncomingMessage; response: ServerResponse }[] = [];
  let wake: (() => void) | undefined;
  const url = await serve((request, response) => {
    asked.push({ request, response });
    wake?.();
  });
  return {
    url,
    async next() {
      for (;;) {
        const first = asked.shift();
        if (first) return first;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}

describe('an HTTP client', () => {
  it('sends method, path, query, headers and body, and asks for no compression', async () => {
    const url = await serve(echo);
    const { status, body } = await createClient().send({
      method: 'POST',
      url: `${url}/a%20b?x=1&y`,
      headers: { 'content-type': 'application/json', authorization: 'Bearer k' },
      body: '{"é":1}',
    });
    expect(status).toBe(200);
    const asked = JSON.parse(await text(body)) as Record<string, unknown>;
    expect(asked).toMatchObject({
      method: 'POST',
      url: '/a%20b?x=1&y',
      headers: { 'content-type': 'application/json', authorization: 'Bearer k', 'content-length': '8' },
      body: '{"é":1}',
    });
    expect(asked['headers']).not.toHaveProperty('accept-encoding');
  });

  it('sends bytes and streams of bytes', async () => {
    const url = await serve(echo);
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('one ');
      yield Buffer.from('two');
    }
    for (const [body, expected] of [
      [new TextEncoder().encode('bytes'), 'bytes'],
      [pieces(), 'one two'],
    ] as const) {
      const reply = await createClient().send({ method: 'POST', url, body });
      expect(JSON.parse(await text(reply.body))).toMatchObject({ body: expected });
    }
  });

  it('gives any status, and joins the values of a header', async () => {
    const url = await serve((_, response) => {
      response.writeHead(429, [
        ['X-Limit', 'a'],
        ['X-Limit', 'b'],
        ['Retry-After', '3'],
      ] as never);
      response.end('slow down');
    });
    const { status, headers, body } = await get(createClient(), url);
    expect(status).toBe(429);
    expect(headers).toMatchObject({ 'x-limit': 'a, b', 'retry-after': '3' });
    expect(await text(body)).toBe('slow down');
  });

  it('gives a reply without a body an empty one', async () => {
    const url = await serve((_, response) => response.writeHead(204).end());
    const { status, body } = await get(createClient(), url);
    expect([status, await text(body)]).toEqual([204, '']);
  });

  it('overlooks informational replies', async () => {
    const url = await serve((_, response) => {
      response.writeProcessing();
      response.end('done');
    });
    const { status, body } = await get(createClient(), url);
    expect([status, await text(body)]).toEqual([200, 'done']);
  });

  it('gives the pieces of a stream as they come', async () => {
    const server = await serveByHand();
    const sent = get(createClient(), server.url);
    const { response } = await server.next();
    response.write('one');
    const { body } = await sent;
    const pieces = body.iterator();
    expect(String((await pieces.next()).value)).toBe('one');
    response.write('two');
    expect(String((await pieces.next()).value)).toBe('two');
    response.end();
    expect((await pieces.next()).done).toBe(true);
  });

  it('reads no faster than its reader', async () => {
    const size = 64 * 1024 * 1024;
    let written = 0;
    const url = await serve((_, response) => {
      const chunk = Buffer.alloc(1024 * 1024);
      const write = (): void => {
        while (written < size) {
          written += chunk.length;
          if (!response.write(chunk)) {
            response.once('drain', write);
            return;
          }
        }
        response.end();
      };
      write();
    });
    const { body } = await get(createClient(), url);
    // Another request's way there and back gives the first all the time it would need.
    await text((await get(createClient(), await serve(echo))).body);
    expect(written).toBeLessThan(size);
    let received = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) received += chunk.length;
    expect(received).toBe(size);
  });
});

describe('connections', () => {
  /** Counts connections and answers with a short stream. */
  async function serveCounted(): Promise<{ readonly url: string; readonly count: () => number }> {
    const server = createServer((_, response) => {
      response.write('data: [DONE]\n\n');
      setImmediate(() => response.end());
    });
    let count = 0;
    server.on('connection', () => count++);
    onTestFinished(() => void server.close());
    return { url: await listen(server), count: () => count };
  }

  it('are kept and shared by the clients of a pool', async () => {
    // A request that follows at once may come before undici has taken the first connection back.
    const { url, count } = await serveCounted();
    const pools = createPools();
    for (let turn = 0; turn < 10; turn++) {
      const client = pools.client({ timeouts: DEFAULTS, signal: new AbortController().signal });
      await text((await get(client, url)).body);
    }
    expect(count()).toBeLessThanOrEqual(2);
  });

  it('are kept when a reader leaves a reply that is about to end', async () => {
    const { url, count } = await serveCounted();
    const client = createClient();
    const { body } = await get(client, url);
    for await (const piece of body) {
      expect(String(piece)).toBe('data: [DONE]\n\n');
      break;
    }
    expect(body.destroyed).toBe(true);
    // The end of the first reply arrives while the second, on a connection of its own, is on its way.
    await text((await get(client, url)).body);
    const before = count();
    for (let turn = 0; turn < 3; turn++) await text((await get(client, url)).body);
    expect(count()).toBe(before);
    expect(before).toBeLessThanOrEqual(2);
  });

  it('are cut when a reader leaves a reply that goes on', async () => {
    const server = await serveByHand();
    const sent = get(createClient(), server.url);
    const { response } = await server.next();
    const closed = new Promise((resolve) => response.once('close', resolve));
    response.write('x'.repeat(10));
    const { body } = await sent;
    body.destroy();
    response.write('x'.repeat(200_000));
    await closed;
    expect(response.writableFinished).toBe(false);
  });

  it('are cut when a reader leaves a reply that falls silent', async () => {
    const server = await serveByHand();
    const sent = get(createClient(), server.url);
    const { response } = await server.next();
    const closed = new Promise((resolve) => response.once('close', resolve));
    response.write('x');
    (await sent).body.destroy();
    await closed;
    expect(response.writableFinished).toBe(false);
  });

  it('end when the pools close, and requests that run fail', async () => {
    const server = await serveByHand();
    const pools = createPools();
    const sent = get(pools.client({ timeouts: DEFAULTS, signal: new AbortController().signal }), server.url);
    const failure = expect(sent).rejects.toMatchObject({ name: 'GatewayError' });
    await server.next();
    await pools.close();
    await failure;
  });
});

describe('compressed replies', () => {
  const PLAIN = 'plain text '.repeat(1000);

  it.each([
    ['gzip', gzipSync(PLAIN)],
    ['x-gzip', gzipSync(PLAIN)],
    ['deflate', deflateSync(PLAIN)],
    ['br', brotliCompressSync(PLAIN)],
    ['zstd', zstdCompressSync(PLAIN)],
    ['GZIP', gzipSync(PLAIN)],
    ['identity', Buffer.from(PLAIN)],
  ])('in %s are read as plain text', async (encoding, bytes) => {
    const url = await serve((_, response) =>
      response
        .writeHead(200, { 'content-encoding': encoding, 'content-length': bytes.length, 'x-a': '1' })
        .end(bytes),
    );
    const { headers, body } = await get(createClient(), url);
    expect(await text(body)).toBe(PLAIN);
    expect(headers['x-a']).toBe('1');
    if (encoding !== 'identity') {
      expect(headers).not.toHaveProperty('content-encoding');
      expect(headers).not.toHaveProperty('content-length');
    }
  });

  it('give each piece of a stream as it comes', async () => {
    const server = await serveByHand();
    const sent = get(createClient(), server.url);
    const { response } = await server.next();
    response.writeHead(200, { 'content-encoding': 'gzip' });
    const gzip = createGzip();
    gzip.pipe(response);
    gzip.write('one');
    gzip.flush();
    const pieces = (await sent).body.iterator();
    expect(String((await pieces.next()).value)).toBe('one');
    gzip.end();
    expect((await pieces.next()).done).toBe(true);
  });

  it.each([
    ['that are no such data', 'gzip', Buffer.from('not gzip')],
    ['that are cut off', 'gzip', gzipSync(PLAIN).subarray(0, 30)],
    ['in a way that is not known', 'rot13', Buffer.from('cynva')],
    ['with the name of a property that all objects have', 'constructor', Buffer.from('x')],
  ])('%s break as upstream-broken', async (_, encoding, bytes) => {
    const url = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': encoding }).end(bytes),
    );
    const read = get(createClient(), url).then(({ body }) => text(body));
    await expect(read).rejects.toMatchObject({ name: 'GatewayError', kind: 'upstream-broken' });
  });

  it('that are empty give an empty body', async () => {
    const url = await serve((_, response) => response.writeHead(204, { 'content-encoding': 'gzip' }).end());
    expect(await text((await get(createClient(), url)).body)).toBe('');
  });

  it('let go of the connection when their reader leaves', async () => {
    const server = await serveByHand();
    const sent = get(createClient(), server.url);
    const { response } = await server.next();
    const closed = new Promise((resolve) => response.once('close', resolve));
    response.writeHead(200, { 'content-encoding': 'gzip' });
    response.write(gzipSync('x'));
    (await sent).body.destroy();
    await closed;
    expect(response.writableFinished).toBe(false);
  });
});

describe('failures', () => {
  const SECRET_URL = '/v1/secret-path?key=secret-key';

  it('say that nobody listens, without path, query and credentials', async () => {
    const server = createServer();
    const origin = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    const address = origin.replace('http://', 'http://user:secret@');
    await expect(get(createClient(), address + SECRET_URL)).rejects.toMatchObject({
      kind: 'upstream-unreachable',
      message: `${new URL(origin).host} cannot be reached (ECONNREFUSED).`,
    });
  });

  it('say that a name is not known', async () => {
    await expect(get(createClient(), `http://nowhere.invalid${SECRET_URL}`)).rejects.toMatchObject({
      kind: 'upstream-unreachable',
      message: expect.stringMatching(/^nowhere\.invalid cannot be reached \(E[A-Z_]+\)\.$/) as string,
    });
  });

  it('say that TLS failed', async () => {
    const url = await serve(echo);
    await expect(get(createClient(), url.replace('http:', 'https:'))).rejects.toMatchObject({
      kind: 'upstream-unreachable',
    });
  });

  it('say that the connection broke before the headers', async () => {
    const url = await serve((request) => request.socket.destroy());
    await expect(get(createClient(), url)).rejects.toMatchObject({ kind: 'upstream-unreachable' });
  });

  it('say that the answer is not HTTP', async () => {
    const server = createTcpServer((socket) => socket.end('hello\r\n\r\n'));
    onTestFinished(() => void server.close());
    const url = await listen(server);
    await expect(get(createClient(), url)).rejects.toMatchObject({
      kind: 'upstream-broken',
      message: expect.stringContaining('is not HTTP') as string,
    });
  });

  it('break the body of an answer that ends early', async () => {
    const server = await serveByHand();
    const sent = get(createClient(), server.url);
    const { response } = await server.next();
    response.write('begun');
    const { body } = await sent;
    const read = expect(text(body)).rejects.toMatchObject({ name: 'GatewayError', kind: 'upstream-broken' });
    response.destroy();
    await read;
  });

  it('wait for a reader that comes late', async () => {
    const server = await serveByHand();
    const sent = get(createClient(), server.url);
    const { response } = await server.next();
    response.write('begun');
    const { body } = await sent;
    response.destroy();
    await new Promise((resolve) => body.once('close', resolve));
    await expect(text(body)).rejects.toMatchObject({ kind: 'upstream-broken' });
  });

  it.each(['nonsense', 'ftp://example.com/', ''])('refuse the address %j', async (url) => {
    await expect(get(createClient(), url)).rejects.toMatchObject({ kind: 'internal' });
  });

  it('refuse headers that HTTP cannot carry', async () => {
    const url = await serve(echo);
    const sent = createClient().send({ method: 'GET', url, headers: { 'x-a': 'a\nb' } });
    await expect(sent).rejects.toMatchObject({ kind: 'internal' });
  });
});

describe('time-outs', () => {
  it('end a wait for headers', async () => {
    const url = await serve(() => {});
    await expect(get(createClient({ headersMs: 20 }), url)).rejects.toMatchObject({
      kind: 'timeout',
      message: `${new URL(url).host} took too long to answer: no headers came within 20 ms.`,
    });
  });

  it('end a wait for the connection', async () => {
    const server = createTcpServer();
    onTestFinished(() => void server.close());
    const { host } = new URL(await listen(server));
    // TLS is a part of the connection, and this server says nothing.
    await expect(get(createClient({ connectMs: 20 }), `https://${host}/`)).rejects.toMatchObject({
      kind: 'timeout',
      message: `Connecting to ${host} took longer than 20 ms.`,
    });
  });

  it('end a stream that falls silent', async () => {
    const url = await serve((_, response) => void response.write('begun'));
    const { body } = await get(createClient({ idleMs: 20 }), url);
    await expect(text(body)).rejects.toMatchObject({
      kind: 'timeout',
      message: `${new URL(url).host} fell silent for 20 ms in the middle of its answer.`,
    });
  });

  it('are those of the call, also on a connection that served others', async () => {
    const server = await serveByHand();
    const pools = createPools();
    const { signal } = new AbortController();
    const first = get(pools.client({ timeouts: DEFAULTS, signal }), server.url);
    (await server.next()).response.end();
    await text((await first).body);
    const hasty = pools.client({ timeouts: { ...DEFAULTS, headersMs: 20 }, signal });
    await expect(get(hasty, server.url)).rejects.toMatchObject({ kind: 'timeout' });
  });
});

describe('the signal', () => {
  it('that fired before refuses the request', async () => {
    const url = await serve(echo);
    await expect(get(createClient({}, AbortSignal.abort()), url)).rejects.toMatchObject({
      kind: 'cancelled',
    });
  });

  it.each([
    ['cancelled', new DOMException('gone', 'AbortError')],
    ['cancelled', 'a reason of any kind'],
    ['timeout', new DOMException('late', 'TimeoutError')],
  ])('gives up the wait for headers as %s and cuts the connection', async (kind, reason) => {
    const server = await serveByHand();
    const controller = new AbortController();
    const sent = get(createClient({}, controller.signal), server.url);
    const failure = expect(sent).rejects.toMatchObject({ name: 'GatewayError', kind });
    const { response } = await server.next();
    const closed = new Promise((resolve) => response.once('close', resolve));
    controller.abort(reason);
    await failure;
    await closed;
  });

  it('gives up while the connection is still to come', async () => {
    const url = await serve(echo);
    const controller = new AbortController();
    const sent = get(createClient({}, controller.signal), url);
    controller.abort();
    await expect(sent).rejects.toMatchObject({ kind: 'cancelled' });
  });

  it('breaks a body that is being read and cuts the connection', async () => {
    const server = await serveByHand();
    const controller = new AbortController();
    const sent = get(createClient({}, controller.signal), server.url);
    const { response } = await server.next();
    const closed = new Promise((resolve) => response.once('close', resolve));
    response.write('begun');
    const read = expect(text((await sent).body)).rejects.toMatchObject({ kind: 'cancelled' });
    controller.abort();
    await read;
    await closed;
  });

  it('cuts a body that nobody reads any more at once', async () => {
    const server = await serveByHand();
    const controller = new AbortController();
    const sent = get(createClient({}, controller.signal), server.url);
    const { response } = await server.next();
    const closed = new Promise((resolve) => response.once('close', resolve));
    response.write('begun');
    (await sent).body.destroy();
    controller.abort();
    await closed;
  });
});
