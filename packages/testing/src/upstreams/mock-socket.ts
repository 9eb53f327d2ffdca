import { createServer, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type HeaderMap, type JsonValue, parseJson } from '@dragoman/plugin';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Delivery, FakeCall, FakeUpstream, Messages } from './fake-upstream.ts';
import { headOf, ScriptedServer } from './scripted-server.ts';

/** What a mock WebSocket server answers to one message. */
export interface SocketReply {
  /** Sent one after the other; those of an async iterable as they come. What is no text or bytes is sent as JSON. */
  readonly messages?: Iterable<JsonValue | Uint8Array> | AsyncIterable<JsonValue | Uint8Array>;
  /** Sends each message in fragments of this size. */
  readonly fragmentBytes?: number;
  /** Closes the socket after the messages. Default: it stays open. */
  readonly close?: { readonly code: number; readonly reason?: string };
  /** Breaks the connection after the messages, without closing the socket. */
  readonly cut?: true;
  /** The reply is never over: the server is silent after the messages. */
  readonly hang?: true;
}

/** One message as the server got it. */
export interface SocketCall extends FakeCall {
  /** The path of the handshake, without its query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The headers of the handshake. */
  readonly headers: HeaderMap;
  /** The message as it came. */
  readonly data: Buffer;
  /** The message as JSON; `undefined` when it is not JSON. */
  readonly body: JsonValue | undefined;
}

export interface MockSocket extends FakeUpstream {
  /** `ws://127.0.0.1:port` */
  readonly url: string;
  readonly calls: readonly SocketCall[];
  /** The newest call; throws when there was none. */
  readonly lastCall: SocketCall;
  /** How many sockets are open. */
  readonly open: number;
  reply(...replies: readonly SocketReply[]): void;
  /**
   * Answers messages that are not calls, such as a login over the socket: what it answers is not taken from the queue.
   * `undefined` for a call.
   */
  handle(handler: (call: SocketCall) => SocketReply | undefined): void;
  /** Refuses the next handshake with this HTTP status. */
  refuse(status: number): void;
  waitForCall(count?: number): Promise<SocketCall>;
  deliveries(reply: SocketReply): readonly Delivery[];
  heldOpen(reply: SocketReply): SocketReply | undefined;
  messagesOf(reply: SocketReply): Messages | undefined;
}

/** Starts a scripted WebSocket server on a free port of loopback. */
export async function startMockSocket(): Promise<MockSocket> {
  const upstream = new ScriptedSocket();
  await upstream.listen();
  return upstream;
}

class ScriptedSocket extends ScriptedServer<SocketCall, SocketReply> implements MockSocket {
  protected readonly server = createServer((_, response) => response.writeHead(426).end());
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #refusals: number[] = [];
  #handler: (call: SocketCall) => SocketReply | undefined = () => undefined;

  constructor() {
    super();
    this.server.on('upgrade', (request, duplex, head) => {
      duplex.on('error', () => {});
      const refusal = this.#refusals.shift();
      if (refusal === undefined)
        this.#sockets.handleUpgrade(request, duplex, head, (socket) => this.#serve(socket, request, duplex));
      else
        duplex
          .once('finish', () => duplex.destroy())
          .end(`HTTP/1.1 ${refusal} Refused\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
    });
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}`;
  }

  get open(): number {
    return this.#sockets.clients.size;
  }

  handle(handler: (call: SocketCall) => SocketReply | undefined): void {
    this.#handler = handler;
  }

  refuse(status: number): void {
    this.#refusals.push(status);
  }

  deliveries(reply: SocketReply): readonly Delivery[] {
    const cut = [1, 7].map((fragmentBytes) => ({
      name: `in fragments of ${fragmentBytes}`,
      reply: { ...reply, fragmentBytes },
    }));
    return [...cut, { name: 'in whole messages', reply }];
  }

  heldOpen({ messages }: SocketReply): SocketReply | undefined {
    return messages && { messages, hang: true };
  }

  messagesOf({ messages, ...reply }: SocketReply): Messages | undefined {
    if (!messages || !(Symbol.iterator in messages)) return undefined;
    const values = [...messages].filter((value): value is JsonValue => !(value instanceof Uint8Array));
    // Whoever sends something else than a whole reply closes the socket then, or nobody would know that it is over.
    return { values, with: (changed) => ({ close: { code: 1000 }, ...reply, messages: changed }) };
  }

  protected dropConnections(): void {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.server.closeAllConnections();
  }

  #serve(socket: WebSocket, request: IncomingMessage, duplex: Duplex): void {
    socket.on('error', () => {});
    socket.on('message', (data: Buffer) => {
      const { promise: aborted, resolve: abort } = Promise.withResolvers<void>();
      const call = { ...headOf(request), data, body: parseJson(data.toString()), aborted };
      socket.once('close', abort);
      const handled = this.#handler(call);
      if (!handled) this.log.record(call);
      const reply = handled ?? this.log.next() ?? {};
      this.#answer(socket, duplex, reply).then(
        () => !reply.hang && socket.off('close', abort),
        () => socket.terminate(),
      );
    });
  }

  async #answer(socket: WebSocket, duplex: Duplex, reply: SocketReply): Promise<void> {
    for await (const message of reply.messages ?? []) {
      if (socket.readyState !== socket.OPEN) return;
      sendMessage(socket, message, reply.fragmentBytes ?? Infinity);
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (reply.cut) duplex.destroy();
    else if (reply.close) socket.close(reply.close.code, reply.close.reason);
  }
}

function sendMessage(socket: WebSocket, message: JsonValue | Uint8Array, size: number): void {
  const binary = message instanceof Uint8Array;
  const bytes = binary
    ? message
    : Buffer.from(typeof message === 'string' ? message : JSON.stringify(message));
  for (let at = 0; at === 0 || at < bytes.length; at += size)
    socket.send(bytes.subarray(at, at + size), { binary, fin: at + size >= bytes.length });
}
