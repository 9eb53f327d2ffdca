import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createDevServer, type DevServerInput } from '../../scripts/dev/dev-server.ts';
import { createKeptSessions } from '../../scripts/dev/kept-sessions.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listening(server: Server): Promise<URL> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

/** Answers with its name and what it was asked. */
const named = (name: string): Server =>
  createServer((incoming, response) => {
    incoming
      .setEncoding('utf8')
      .toArray()
      .then((body) => {
        response.setHeader('x-host', incoming.headers.host ?? '');
        response.end(`${name} ${incoming.method} ${incoming.url} ${body.join('')}`);
      }, response.destroy);
  });

const noSessions = createKeptSessions(() => Promise.reject(new Error('Nobody signs in.')));

async function startDevServer(input: Partial<DevServerInput> = {}): Promise<URL> {
  const gateway = await listening(named('gateway'));
  const console = await listening(named('console'));
  const given = { gateway: async () => gateway, admin: async () => gateway, console: async () => console };
  return listening(createDevServer({ ...given, sessions: noSessions, ...input }));
}

const ask = async (base: URL, path: string, init: RequestInit = {}): Promise<string> =>
  (await fetch(new URL(path, base), init)).text();

describe('the one address of npm run dev', () => {
  it.each([
    ['/', 'gateway'],
    ['/v1/models', 'gateway'],
    ['/admin/api/v1/session', 'admin'],
    ['/console', 'console'],
    ['/console/keys/?a=b', 'console'],
    ['/consoles', 'gateway'],
  ])('asks for %s the %s', async (path, who) => {
    const admin = await listening(named('admin'));
    expect(await ask(await startDevServer({ admin: async () => admin }), path)).toBe(`${who} GET ${path} `);
  });

  it('asks the gateway for the console where no other one runs', async () => {
    const gateway = await listening(named('gateway'));
    const base = await listening(
      createDevServer({ gateway: async () => gateway, admin: async () => gateway, sessions: noSessions }),
    );
    expect(await ask(base, '/console/')).toBe('gateway GET /console/ ');
  });

  it('hands on bodies, with a length and without, and the name it was called by', async () => {
    const base = await startDevServer();
    expect(await ask(base, '/a', { method: 'POST', body: 'whole' })).toBe('gateway POST /a whole');
    const pieces = new Blob(['in pieces']).stream();
    const init = { method: 'POST', body: pieces, duplex: 'half' };
    expect(await ask(base, '/a', init as RequestInit)).toBe('gateway POST /a in pieces');
    expect((await fetch(base)).headers.get('x-host')).toBe(base.host);
  });

  it('hands on a stream piece by piece, and its end when the client goes', async () => {
    const gone = Promise.withResolvers<void>();
    const streaming = createServer((_, response) => {
      response.write('first');
      response.on('close', gone.resolve);
    });
    const gateway = await listening(streaming);
    const base = await startDevServer({ gateway: async () => gateway });
    const leaving = new AbortController();
    const { body } = await fetch(base, { signal: leaving.signal });
    const first = await body?.getReader().read();
    expect(new TextDecoder().decode(first?.value)).toBe('first');
    leaving.abort();
    await gone.promise;
  });

  it('holds requests while the gateway restarts', async () => {
    const target = await listening(named('gateway'));
    const restarted = Promise.withResolvers<URL>();
    const asked = Promise.withResolvers<void>();
    const base = await startDevServer({
      gateway() {
        asked.resolve();
        return restarted.promise;
      },
    });
    const answer = ask(base, '/held');
    await asked.promise;
    restarted.resolve(target);
    expect(await answer).toBe('gateway GET /held ');
  });

  it('says so when there is no gateway, or when it breaks off', async () => {
    const none = await startDevServer({ gateway: async () => undefined });
    const response = await fetch(none);
    expect([response.status, await response.text()]).toEqual([503, expect.stringContaining('no gateway')]);
    const breaking = await listening(createServer((_, reply) => reply.socket?.destroy()));
    expect((await fetch(await startDevServer({ gateway: async () => breaking }))).status).toBe(503);
  });

  it('joins the web socket of hot reload to the console', async () => {
    const upgrading = createServer();
    upgrading.on('upgrade', (incoming: IncomingMessage, socket) => {
      socket.write(`HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n`);
      socket.write(`hello ${incoming.url} ${incoming.headers.origin}`);
      socket.on('data', (data) => socket.end(`heard ${String(data)}`));
    });
    const console = await listening(upgrading);
    const base = await startDevServer({ console: async () => console });
    const headers = { connection: 'upgrade', upgrade: 'websocket', origin: base.origin };
    const outgoing = request(new URL('/console/_next/webpack-hmr?id=1', base), { headers }).end();
    const [reply, socket, head] = (await once(outgoing, 'upgrade')) as [IncomingMessage, Server, Buffer];
    expect(reply.statusCode).toBe(101);
    const stream = socket as unknown as NodeJS.ReadWriteStream;
    stream.write('ping');
    const rest = await (
      stream as unknown as AsyncIterable<Buffer> & { toArray(): Promise<Buffer[]> }
    ).toArray();
    expect(Buffer.concat([head, ...rest]).toString()).toBe(
      `hello /console/_next/webpack-hmr?id=1 ${base.origin}heard ping`,
    );
  });
});
