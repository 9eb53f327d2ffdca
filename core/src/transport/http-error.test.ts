import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  DEFAULTS,
  createClient,
  createPools,
  echo,
  get,
  listen,
  serve,
  serveByHand,
} from '../../../tests/support/http-client.ts';

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
      message: expect.stringContaining('an invalid HTTP response') as string,
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
      message: `${new URL(url).host} did not respond: no headers within 20 ms.`,
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
      message: `${new URL(url).host} sent nothing for 20 ms during its reply.`,
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
