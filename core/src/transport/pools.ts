import { Readable } from 'node:stream';
import { LRUCache } from 'lru-cache';
import { type Dispatcher, Pool } from 'undici';
import type { Timeouts } from './timeouts.ts';
import {
  GatewayError,
  type HeaderMap,
  type HttpClient,
  type HttpReply,
  type HttpRequest,
} from '@dragoman/plugin';
import { type FileFetcher, NO_FILES } from './fetch/fetch-files.ts';
import { decompressed, isCompressed } from './decompress.ts';
import type { ReplyTap, RequestWatcher } from '@dragoman/plugin/internal/transport/http';
import { explainAbort, explainHttpError } from './http-error.ts';
import { isReplyStatus } from './reply-status.ts';
import { ReplyBody } from '@dragoman/plugin/internal/transport/reply-body';
import { isSafeUrlPath } from './safe-path.ts';

export interface HttpPools {
  client(input: ClientInput): HttpClient;
  /** Fetches what clients name by URL. */
  readonly files: FileFetcher;
  /** Closes all connections. Running requests fail. */
  close(): Promise<void>;
}

export interface ClientInput {
  readonly timeouts: Timeouts;
  readonly signal: AbortSignal;
  readonly watcher?: RequestWatcher;
  /** The upstream's name in errors. Default: its host, which clients must not see. */
  readonly name?: string | undefined;
}

/** The most connections to one origin; further requests wait for a free one. */
const CONNECTIONS = 256;

/** Connection pools to upstreams, one for each origin and connect time-out. */
export function createHttpPools(files: FileFetcher = NO_FILES): HttpPools {
  const pools = new Map<string, Pool>();
  const poolOf = (origin: string, connectMs: number): Pool => {
    const name = `${connectMs} ${origin}`;
    let pool = pools.get(name);
    if (!pool) {
      const connect = { timeout: connectMs };
      // Over HTTP/2, all streams would share one connection and its failures.
      pool = new Pool(origin, { connections: CONNECTIONS, pipelining: 1, allowH2: false, connect });
      pools.set(name, pool);
    }
    return pool;
  };
  const targets = new LRUCache<string, Target>({ max: MAX_TARGETS });
  const targetOf = (url: string): Target => {
    let target = targets.get(url);
    if (!target) {
      target = parseUrl(url);
      targets.set(url, target);
    }
    return target;
  };
  return {
    client: ({ timeouts, signal: lasting, watcher, name }) => ({
      send: (request) =>
        new Promise((resolve, reject) => {
          const target = targetOf(request.url);
          const called = name ?? target.host;
          const signal = request.signal ? AbortSignal.any([lasting, request.signal]) : lasting;
          if (signal.aborted) throw explainAbort(signal.reason, called);
          const pool = poolOf(target.origin, timeouts.connectMs);
          const tap = watcher?.sending(request);
          const sent = { target, called, timeouts, signal, watcher, tap, resolve, reject };
          dispatch(pool, request, sent);
        }),
    }),
    files,
    async close() {
      await files.close();
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
      pools.clear();
    },
  };
}

/** The parts of a URL that a pool needs. */
interface Target {
  readonly origin: string;
  readonly host: string;
  readonly path: string;
}

/** The same few URLs are called over and over; the parts of this many are cached. */
const MAX_TARGETS = 1_000;

function parseUrl(text: string): Target {
  const url = URL.parse(text);
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw new GatewayError('internal', "The upstream's address is not an HTTP URL.");
  if (!isSafeUrlPath(writtenPath(text))) throw unsafeAddress();
  return { origin: url.origin, host: url.host, path: url.pathname + url.search };
}

/** The path as written, before a URL parser resolves dots, converts backslashes or drops a fragment. */
function writtenPath(url: string): string {
  const from = url.indexOf('/', url.indexOf('//') + 2);
  return from < 0 ? '' : (url.slice(from).split('?', 1)[0] ?? '');
}

function unsafeAddress(): GatewayError {
  const message =
    'The request path is not valid: it must not contain empty, "." or ".." segments, backslashes or control characters.';
  return new GatewayError('invalid', message, { code: 'path_invalid' });
}

/** A request in flight and the promise of its reply. */
interface Sent {
  readonly target: Target;
  /** The name in errors. */
  readonly called: string;
  readonly timeouts: Timeouts;
  readonly signal: AbortSignal;
  readonly watcher: RequestWatcher | undefined;
  readonly tap: ReplyTap | undefined;
  readonly resolve: (reply: HttpReply) => void;
  readonly reject: (error: unknown) => void;
}

function dispatch(pool: Pool, request: HttpRequest, sent: Sent): void {
  pool.dispatch(
    {
      method: request.method,
      path: sent.target.path,
      headers: request.headers ?? {},
      body: bodyOf(request),
      headersTimeout: sent.timeouts.headersMs,
      bodyTimeout: sent.timeouts.idleMs,
    },
    new SentHandler(sent),
  );
}

/** Turns undici's callbacks into a reply: much cheaper than undici's own promises and streams. */
class SentHandler implements Dispatcher.DispatchHandler {
  readonly #sent: Sent;
  #controller: Dispatcher.DispatchController | undefined;
  #body: ReplyBody | undefined;
  #tap: ReplyTap | undefined;

  constructor(sent: Sent) {
    this.#sent = sent;
    sent.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#sent.signal.aborted) this.#onAbort();
    else this.#sent.watcher?.connected();
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: RawHeaders): void {
    if (status < 200) return;
    this.#body = new ReplyBody(controller);
    const { tap, called, watcher, resolve, reject } = this.#sent;
    if (tap && !isCompressed(headers) && tap.wants(headers)) this.#tap = tap;
    const reply = { status, headers: joinValues(headers), body: this.#body };
    try {
      watcher?.answered(reply);
      if (!isReplyStatus(status)) throw this.#oddStatus(status);
      resolve(decompressed(reply, called, tap));
    } catch (error) {
      reject(error);
    }
  }

  /** HTTP allows any three digits as a status. */
  #oddStatus(status: number): GatewayError {
    this.#body?.destroy();
    return new GatewayError('upstream-broken', `The upstream returned status ${status}.`);
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#tap?.push(chunk);
    this.#body?.receive(chunk);
  }

  onResponseEnd(): void {
    this.#sent.signal.removeEventListener('abort', this.#onAbort);
    this.#body?.end();
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    const { called, timeouts, signal, reject } = this.#sent;
    signal.removeEventListener('abort', this.#onAbort);
    const failure = explainHttpError({
      error,
      name: called,
      timeouts,
      hasReply: this.#body !== undefined,
    });
    if (this.#body) this.#body.end(failure);
    else reject(failure);
  }

  /** A request that waits for a connection cannot be aborted yet, and its caller need not wait for that. */
  readonly #onAbort = (): void => {
    const { signal, called, reject } = this.#sent;
    const failure = explainAbort(signal.reason, called);
    reject(failure);
    this.#body?.destroy(failure);
    try {
      this.#controller?.abort(failure);
    } catch (error) {
      // An exception in a signal listener would end the process; this request has already failed.
      reject(error);
    }
  };
}

type RawHeaders = Record<string, string | string[] | undefined>;

function joinValues(headers: RawHeaders): HeaderMap {
  for (const name in headers) {
    const value = headers[name];
    if (Array.isArray(value)) headers[name] = value.join(', ');
  }
  return headers as HeaderMap;
}

function bodyOf({ body }: HttpRequest): string | Uint8Array | Readable | null {
  if (body === undefined) return null;
  if (typeof body === 'string' || body instanceof Uint8Array || body instanceof Readable) return body;
  return Readable.from(body, { objectMode: false });
}
