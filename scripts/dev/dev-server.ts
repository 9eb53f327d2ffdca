import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream';
import type { KeptSessions } from './kept-sessions.ts';

/** Who answers; `undefined` where nobody does. */
type Target = () => Promise<URL | undefined>;

export interface DevServerInput {
  readonly gateway: Target;
  /** The admin API, which may have an address of its own. */
  readonly admin: Target;
  /** What answers `/console`. Absent where the gateway does, from the console's build. */
  readonly console?: Target;
  readonly sessions: KeptSessions;
}

/** One connection's own headers: they are made anew on each side. */
const OF_CONNECTION = new Set(['connection', 'keep-alive', 'transfer-encoding', 'expect']);

/**
 * The one address of `npm run dev`. It hands each request to the gateway or to `next dev`, and holds those that come
 * while the gateway restarts.
 */
export function createDevServer(input: DevServerInput): Server {
  const server = createServer((incoming, response) => {
    forward(input, incoming, response).catch((error: unknown) => refuse(response, error));
  });
  server.on('upgrade', (incoming, socket, head) => {
    tunnel(input, { incoming, socket, head }).catch(() => socket.destroy());
  });
  return server;
}

function targetOf({ gateway, admin, console = gateway }: DevServerInput, path = '/'): Target {
  if (/^\/console(?:[/?]|$)/.test(path)) return console;
  return path.startsWith('/admin/') ? admin : gateway;
}

async function forward(
  input: DevServerInput,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method, url, rawHeaders, headers } = incoming;
  const target = await targetOf(input, url)();
  if (!target)
    throw new Error('There is no gateway: see the terminal. It starts again with the next change.');
  const { cookie = '' } = headers;
  const known = cookie && (await input.sessions.translate(cookie));
  const body = headers['transfer-encoding'] === undefined ? [] : ['transfer-encoding', 'chunked'];
  const sent = passedOn(rawHeaders).map((text, at, all) =>
    all[at - 1]?.toLowerCase() === 'cookie' && at % 2 === 1 ? known : text,
  );
  const outgoing = request({
    ...{ host: target.hostname, port: target.port, method, path: url, agent: false },
    headers: [...sent, ...body, 'connection', 'close'],
  });
  response.on('close', () => outgoing.destroy());
  const reply = Promise.withResolvers<IncomingMessage>();
  outgoing.on('response', reply.resolve).on('error', reply.reject);
  pipeline(incoming, outgoing, () => {});
  const answer = await reply.promise;
  input.sessions.learn(cookie, answer.headers['set-cookie'] ?? []);
  response.writeHead(answer.statusCode ?? 502, passedOn(answer.rawHeaders));
  response.flushHeaders();
  pipeline(answer, response, () => {});
}

/** Names and values in turn, as Node gives and takes them. */
function passedOn(rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter((_, at) => !OF_CONNECTION.has((rawHeaders[at - (at % 2)] ?? '').toLowerCase()));
}

interface Upgrade {
  readonly incoming: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** A web socket, such as the one of hot reload: its bytes go on as they are. */
async function tunnel(input: DevServerInput, { incoming, socket, head }: Upgrade): Promise<void> {
  const { method, url, httpVersion, rawHeaders } = incoming;
  const target = await targetOf(input, url)();
  if (!target) throw new Error('Nobody takes web sockets.');
  const lines = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1]}`] : []));
  const upstream = connect(Number(target.port), target.hostname);
  upstream.write([`${method} ${url} HTTP/${httpVersion}`, ...lines, '', ''].join('\r\n'));
  upstream.write(head);
  pipeline(socket, upstream, socket, () => {});
}

function refuse(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(503, { 'content-type': 'text/plain; charset=utf-8', 'retry-after': '1' });
  response.end(`${error instanceof Error ? error.message : String(error)}\n`);
}
