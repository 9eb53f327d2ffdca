import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { type ErrorKind, GatewayError, type Protocol } from '@dragoman/plugin';
import { guarded } from '@dragoman/plugin/internal/timing/guarded';
import { encodeError } from './errors.ts';
import { REPLY_POLICY } from './base/reply-policy.ts';
import type { Tls } from './tls.ts';
import { UNREAD_BOUNDS } from './bodies/unread-body.ts';

/** How often idle connections are closed while the server drains. */
const IDLE_SWEEP_MS = 50;

/** How long interrupted requests have to notify their clients. */
const LAST_WORDS_MS = 2_000;

const REQUEST_TIMEOUT_SPARE_MS = 5_000;
const HEADERS_TIMEOUT_MS = 60_000;

export interface ServerInput {
  readonly listener: RequestListener;
  /** The protocol of errors before any protocol is known. */
  readonly fallback: Protocol;
  /** How long a request may take to arrive; 0 for no limit. */
  readonly requestTimeoutMs: number;
  readonly tls?: Tls | undefined;
}

/** How a server shuts down. */
export interface Drain {
  readonly graceMs: number;
  /** Ends the requests that outlive the grace period, and notifies their clients. */
  readonly interrupt: () => void;
}

export interface HttpServer {
  /** Resolves with the address once it accepts connections. Their requests wait until `open`. */
  listen(host: string, port: number): Promise<AddressInfo>;
  /** Serves requests from now on: startup has succeeded. */
  open(): void;
  /** Stops accepting connections, waits for running requests during the grace period, then interrupts them. */
  drain(how: Drain): Promise<void>;
}

/** The HTTP server around the app, with or without TLS. Even invalid HTTP is answered in an envelope. */
export function createHttpServer(input: ServerInput): HttpServer {
  const { fallback, requestTimeoutMs, tls } = input;
  const early: (() => void)[] = [];
  let isOpen = false;
  let isDraining = false;
  const listener: RequestListener = (request, response) => {
    if (!isOpen) {
      early.push(() => input.listener(request, response));
      return;
    }
    // Clients with kept-alive connections should turn to another gateway.
    if (isDraining) response.shouldKeepAlive = false;
    input.listener(request, response);
  };
  const requestTimeout = requestTimeoutMs === 0 ? 0 : requestTimeoutMs + REQUEST_TIMEOUT_SPARE_MS;
  const options = {
    // Longer than the idle timeouts of common proxies, so that the gateway is not the one to close first.
    keepAliveTimeout: 75_000,
    // Body readers have the same limit, with an error in the request's protocol; theirs comes first.
    requestTimeout,
    // Without a value, it would default to the request timeout, and be unlimited if that is 0.
    headersTimeout: Math.min(HEADERS_TIMEOUT_MS, requestTimeout || Infinity),
  };
  const server = tls ? createSecureServer({ ...options, ...tls }, listener) : createServer(options, listener);
  // Without this, Node requests every body at once, even for requests that are refused.
  server.on('checkContinue', listener);
  const answered = new WeakSet<Socket>();
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    // It fires again for each further chunk of invalid HTTP.
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
    open() {
      isOpen = true;
      for (const serve of early.splice(0)) serve();
    },
    drain(how) {
      isDraining = true;
      if (!isOpen) server.closeAllConnections();
      return drain(server, how);
    },
  };
}

async function drain(server: Server, { graceMs, interrupt }: Drain): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const sweep = setInterval(() => server.closeIdleConnections(), IDLE_SWEEP_MS);
  const end = setTimeout(interrupt, graceMs);
  const cut = setTimeout(() => server.closeAllConnections(), graceMs + LAST_WORDS_MS);
  await closed;
  clearInterval(sweep);
  clearTimeout(end);
  clearTimeout(cut);
}

interface ClientError {
  readonly kind: ErrorKind;
  readonly line: string;
  readonly message: string;
}

const CLIENT_ERRORS: Readonly<Record<string, ClientError>> = {
  HPE_HEADER_OVERFLOW: {
    kind: 'too-large',
    line: '431 Request Header Fields Too Large',
    message: "The request's headers are too large.",
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    kind: 'request-timeout',
    line: '408 Request Timeout',
    message: 'The request took too long to arrive (server.requestTimeoutMs).',
  },
};

/** Whether a reply has begun, which another one would corrupt. Node checks the same before its own replies. */
function hasAnswer(socket: Socket & { readonly _httpMessage?: ServerResponse | null }): boolean {
  return socket._httpMessage?.headersSent ?? false;
}

function answerBadRequest(error: NodeJS.ErrnoException, socket: Socket, fallback: Protocol): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  // The client may still be sending, and would lose the reply if it were cut off at once.
  const timer = setTimeout(() => socket.destroy(), UNREAD_BOUNDS.ms).unref();
  socket.once('close', () => clearTimeout(timer));
  if (hasAnswer(socket)) return;
  const { kind, line, message } = CLIENT_ERRORS[error.code ?? ''] ?? {
    kind: 'invalid' as const,
    line: '400 Bad Request',
    message: 'The request is not valid HTTP.',
  };
  const { text } = encodeError(fallback, new GatewayError(kind, message));
  const headers = {
    connection: 'close',
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    ...REPLY_POLICY,
  };
  const head = [`HTTP/1.1 ${line}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)];
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`);
}
