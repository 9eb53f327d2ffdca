import { text } from 'node:stream/consumers';
import { brotliCompressSync, createGzip, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createClient, get, serve, serveByHand } from '../../../tests/support/http-client.ts';

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
    ['in an unsupported way', 'rot13', Buffer.from('cynva')],
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
