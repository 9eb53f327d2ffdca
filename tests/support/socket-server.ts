import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { json } from 'node:stream/consumers';
import type { JsonObject } from '@dragoman/plugin';

export interface SocketScript {
  /** Answers a POST; its body is JSON. */
  post(path: string, body: JsonObject): { readonly status?: number; readonly body: JsonObject };
  /** Gets the first message of a socket. What it yields is sent, and then the socket is closed. */
  talk(first: JsonObject): AsyncIterable<JsonObject>;
}

export interface SocketServer {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** How many sockets are open. */
  readonly open: () => number;
  close(): Promise<void>;
}

/** A server for one POST and one kind of WebSocket, with text messages of at most 64 KiB. */
export async function startSocketServer(script: SocketScript): Promise<SocketServer> {
  const sockets = new Set<Duplex>();
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { status = 200, body } = script.post(request.url ?? '', (await json(request)) as JsonObject);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.on('upgrade', (request, socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    socket.write(acceptanceOf(request));
    socket.once('data', (frame: Buffer) => {
      // All that a client sends after its question is that it goes.
      socket.once('data', () => socket.end(CLOSE));
      speak(socket, script.talk(JSON.parse(textOf(frame)) as JsonObject)).catch(() => socket.destroy());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    open: () => sockets.size,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function speak(socket: Duplex, messages: AsyncIterable<JsonObject>): Promise<void> {
  for await (const message of messages) {
    if (socket.destroyed) return;
    socket.write(frameOf(0x81, Buffer.from(JSON.stringify(message))));
  }
  socket.end(CLOSE);
}

/** RFC 6455, section 4.2.2. */
function acceptanceOf({ headers }: IncomingMessage): string {
  const key = `${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const accept = createHash('sha1').update(key).digest('base64');
  return `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`;
}

/** An unmasked frame, as servers send them. */
function frameOf(head: number, payload: Buffer): Buffer {
  const isShort = payload.length < 126;
  const size = isShort ? Buffer.from([head, payload.length]) : Buffer.from([head, 126, 0, 0]);
  if (!isShort) size.writeUInt16BE(payload.length, 2);
  return Buffer.concat([size, payload]);
}

const CLOSE = frameOf(0x88, Buffer.from([0x03, 0xe8]));

/** The text of a masked frame, as clients send them. */
function textOf(frame: Buffer): string {
  const length = (frame[1] ?? 0) & 0x7f;
  const start = length === 126 ? 4 : 2;
  const mask = frame.subarray(start, start + 4);
  const payload = frame.subarray(start + 4).map((byte, at) => byte ^ (mask[at % 4] ?? 0));
  return Buffer.from(payload).toString('utf8');
}
