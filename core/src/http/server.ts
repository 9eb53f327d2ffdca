import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { GatewayError } from '../canonical/errors.ts';
import type { Protocol } from '../plugin/plugin.ts';
import { guarded } from '../transport/guarded.ts';
import { encodeError } from './errors.ts';
import { REPLY_POLICY } from './reply-policy.ts';
import type { Tls } from './tls.ts';
import { UNREAD_BOUNDS } from './unread-body.ts';

/** How often connections that became idle are closed while the server drains. */
const IDLE_SWEEP_MS = 50;

export interface HttpServer {
  /** Resolves with the address once connections are taken. */
  listen(host: string, port: number): Promise<AddressInfo>;
  /** Takes no more connections, waits for running requests for up to `graceMs`, then cuts them. */
  drain(graceMs: number): Promise<void>;
}

/** The HTTP server around the app, with TLS or without. What is not even HTTP is still answered in an envelope. */
export function createHttpServer(listener: RequestListener, fallback: Protocol, tls?: Tls): HttpServer {
  // Longer than the idle time-outs of common proxies, so that the gateway is not the one to close first.
  const options = { keepAliveTimeout: 75_000 };
  const server = tls ? createSecureServer({ ...options, ...tls }, listener) : createServer(options, listener);
  // Without this, Node asks for every body at once, also for those that are refused.
  server.on('checkContinue', listener);
  const answered = new WeakSet<Socket>();
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    // It comes again with each further piece that is no HTTP.
    if (answered.has(socket)) return;
    answered.add(socket);
    const answer = guarded(
      () => answerBadRequest(error, socket, fallback),
      () => void socket.destroy(),
    );
    answer();
  });
  return {
    listen: (host, port) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          server.off('error', reject);
          resolve(server.address() as AddressInfo);
        });
      }),
    drain: (graceMs) => drain(server, graceMs),
  };
}

async function drain(server: Server, graceMs: number): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const sweep = setInterval(() => server.closeIdleConnections(), IDLE_SWEEP_MS);
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(cut);
}

const CLIENT_ERRORS: Readonly<Record<string, { readonly line: string; readonly message: string }>> = {
  HPE_HEADER_OVERFLOW: {
    line: '431 Request Header Fields Too Large',
    message: "The request's headers are too large.",
  },
  ERR_HTTP_REQUEST_TIMEOUT: { line: '408 Request Timeout', message: 'The request took too long to arrive.' },
};

/** Whether a reply has begun, which another one would corrupt. Node asks the same before an answer of its own. */
function hasAnswer(socket: Socket & { readonly _httpMessage?: ServerResponse | null }): boolean {
  return socket._httpMessage?.headersSent ?? false;
}

function answerBadRequest(error: NodeJS.ErrnoException, socket: Socket, fallback: Protocol): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  // The client may still be sending, and its answer would be lost if it were cut off at once.
  const timer = setTimeout(() => socket.destroy(), UNREAD_BOUNDS.ms).unref();
  socket.once('close', () => clearTimeout(timer));
  if (hasAnswer(socket)) return;
  const { line, message } = CLIENT_ERRORS[error.code ?? ''] ?? {
    line: '400 Bad Request',
    message: 'The request is not valid HTTP.',
  };
  const { text } = encodeError(fallback, new GatewayError('invalid', message));
  const headers = {
    connection: 'close',
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    ...REPLY_POLICY,
  };
  const head = [`HTTP/1.1 ${line}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)];
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`);
}
