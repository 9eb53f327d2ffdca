import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFileFetcher, type FileFetcher, type FileFetcherInput } from './fetch-files.ts';
import { publicOrIn } from './public-address.ts';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

let server: Server;
let port: number;
let answer: RequestListener;
let asked: string[];
const open: FileFetcher[] = [];
beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((fetcher) => fetcher.close()));
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Names end in the address that they resolve to. */
const lookup: LookupFunction = (hostname, _, callback) => {
  const address = hostname.replace(/^.*?at-/, '').replaceAll('-', '.');
  callback(null, [{ address, family: 4 }]);
};

function fetchWith(input: Partial<FileFetcherInput>, ...urls: readonly string[]) {
  const fetcher = createFileFetcher({
    mayConnect: publicOrIn(['127.0.0.1/32']),
    ports: [80, 443, port],
    maxBytes: 10_000,
    timeoutMs: 5_000,
    lookup,
    ...input,
  });
  open.push(fetcher);
  return fetcher.fetchAll(urls, new AbortController().signal);
}

const url = (path = '/a.png', host = '127.0.0.1'): string => `http://${host}:${port}${path}`;
const giving =
  (body: Buffer | string, type?: string): RequestListener =>
  (_, response) =>
    response.writeHead(200, type ? { 'content-type': type } : {}).end(body);

describe('a file that a client names by URL', () => {
  it('is fetched, and known by its bytes rather than by what the server says', async () => {
    answer = giving(PNG, 'application/octet-stream');
    const files = await fetchWith({}, url('/a.png?x=1'), url('/a.png?x=1'));
    expect([...files]).toEqual([[url('/a.png?x=1'), { mimeType: 'image/png', data: PNG }]]);
    expect(asked).toEqual(['/a.png?x=1']);
  });

  it('is what the server says where bytes do not tell', async () => {
    answer = giving('# Title', 'Text/Markdown; charset=utf-8');
    expect((await fetchWith({}, url())).get(url())?.mimeType).toBe('text/markdown');
  });

  it('is followed to where it moved', async () => {
    answer = (request, response) => {
      if (request.url === '/new') giving(PNG)(request, response);
      else response.writeHead(302, { location: '/new' }).end();
    };
    expect((await fetchWith({}, url())).get(url())?.data).toEqual(PNG);
  });

  it.each([
    ['an address of a private network', 'http://10.0.0.1/a.png', 'not public'],
    ['an address in disguise', 'http://2130706434/a.png', 'not public'],
    ['an IPv6 address of this machine', 'http://[::1]/a.png', 'not public'],
    ['an IPv4 address within an IPv6 one', 'http://[::ffff:10.0.0.1]/a.png', 'not public'],
    ['a name of a private address', 'http://at-192-168-0-1/a.png', 'not public'],
    ['another scheme', 'file:///etc/passwd', 'not an HTTP URL'],
    ['no URL', 'nonsense', 'not an HTTP URL'],
    ['credentials', 'http://user:pass@1.1.1.1/', 'credentials'],
  ])('is refused for %s', async (_, bad, why) => {
    await expect(fetchWith({}, bad)).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining(why) as string,
      details: { field: 'messages', code: 'url_not_fetched' },
    });
    expect(asked).toEqual([]);
  });

  it.each(['http://10.0.0.1/', 'http://at-169-254-169-254/latest', 'ftp://1.1.1.1/'])(
    'is refused when it leads on to %s',
    async (location) => {
      answer = (_, response) => response.writeHead(301, { location }).end();
      await expect(fetchWith({}, url())).rejects.toThrow(/not public|not an HTTP URL/);
    },
  );

  it.each(['http://1.1.1.1:22/', 'https://1.1.1.1:80/', 'http://at-1-1-1-1:8080/'])(
    'is refused at a port that is not allowed: %s',
    async (bad) => {
      await expect(fetchWith({ ports: [443] }, bad)).rejects.toThrow('its port is not in fetch.ports');
      answer = (_, response) => response.writeHead(302, { location: bad }).end();
      await expect(fetchWith({ ports: [port] }, url())).rejects.toThrow('its port is not in fetch.ports');
    },
  );

  it('is refused when any of the addresses of its name is private', async () => {
    const both: LookupFunction = (_, __, callback) =>
      callback(null, [
        { address: '127.0.0.1', family: 4 },
        { address: '10.0.0.1', family: 4 },
      ]);
    await expect(fetchWith({ lookup: both }, url('/', 'any.test'))).rejects.toThrow('not public');
  });

  it('is reached by name where that is allowed', async () => {
    answer = giving(PNG);
    const named = url('/', 'at-127-0-0-1');
    expect((await fetchWith({}, named)).get(named)?.data).toEqual(PNG);
  });

  it('may not lead in circles', async () => {
    answer = (_, response) => response.writeHead(302, { location: '/again' }).end();
    await expect(fetchWith({}, url())).rejects.toThrow('redirects too often');
    expect(asked).toHaveLength(4);
  });

  it('may not be larger than is allowed, all of a request together', async () => {
    answer = giving(Buffer.alloc(6_000));
    await expect(fetchWith({}, url('/1'), url('/2'))).rejects.toThrow('too large');
    await expect(fetchWith({}, url('/1'))).resolves.toBeDefined();
  });

  it('may not take longer than is allowed', async () => {
    answer = (_, response) => void response.writeHead(200).write('.');
    await expect(fetchWith({ timeoutMs: 50 }, url())).rejects.toThrow('took too long');
  });

  it('must be there', async () => {
    answer = (_, response) => response.writeHead(404).end('not here');
    await expect(fetchWith({}, url())).rejects.toThrow('status 404');
    const nowhere: LookupFunction = (_, __, callback) => callback(new Error('ENOTFOUND secret.internal'), '');
    await expect(fetchWith({ lookup: nowhere }, 'http://gone.test/x?token=s')).rejects.toThrow(
      /^"http:\/\/gone\.test\/x" could not be fetched: its server could not be reached\.$/,
    );
  });

  it('is let go when the client goes away', async () => {
    const controller = new AbortController();
    answer = () => controller.abort(new DOMException('gone', 'AbortError'));
    const fetcher = createFileFetcher({
      mayConnect: () => true,
      ports: [port],
      maxBytes: 1,
      timeoutMs: 5_000,
    });
    open.push(fetcher);
    await expect(fetcher.fetchAll([url()], controller.signal)).rejects.toThrow('gone');
  });

  it('is one of not too many', async () => {
    const urls = Array.from({ length: 33 }, (_, n) => url(`/${n}`));
    await expect(fetchWith({}, ...urls)).rejects.toThrow('At most 32');
  });
});
