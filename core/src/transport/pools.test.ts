import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { createClient, echo, get, serve, serveByHand } from '../../../tests/support/http-client.ts';

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

  it.each(['/v1/../admin', '/v1/%2e%2e/admin', '/v1//x', '/v1\\..\\x', '/v1/a%5cb', '/v1/x%00'])(
    'refuses an address that would not be the one that was written: %s',
    async (path) => {
      await expect(get(createClient(), `http://127.0.0.1:9${path}`)).rejects.toMatchObject({
        kind: 'invalid',
        details: { code: 'path_invalid' },
      });
    },
  );

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

  it('ends one request by its own signal, and no other', async () => {
    const server = await serveByHand();
    const client = createClient();
    const controller = new AbortController();
    const { signal } = controller;
    const sent = client.send({ method: 'GET', url: server.url, signal });
    const failure = expect(sent).rejects.toMatchObject({ kind: 'cancelled' });
    await server.next();
    const other = client.send({ method: 'GET', url: server.url });
    const { response } = await server.next();
    controller.abort();
    await failure;
    response.end('fine');
    expect(await text((await other).body)).toBe('fine');
  });

  it('takes no status that nobody knows, and cuts the connection', async () => {
    const server = await serveByHand();
    const sent = get(createClient(), server.url);
    const failure = expect(sent).rejects.toMatchObject({
      ...{ kind: 'upstream-broken', message: 'The upstream returned status 999.' },
    });
    const { response } = await server.next();
    const closed = new Promise((resolve) => response.once('close', resolve));
    response.writeHead(999).write('begun');
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
