import { Readable } from 'node:stream';
import { type Dispatcher, errors, Pool } from 'undici';
import type { Timeouts } from '../config/upstream.ts';
import { GatewayError } from '../canonical/errors.ts';
import { decompressed } from './decompress.ts';
import type { HeaderMap, HttpClient, HttpReply, HttpRequest } from './http.ts';

export interface HttpPools {
  client(input: { readonly timeouts: Timeouts; readonly signal: AbortSignal }): HttpClient;
  close(): Promise<void>;
}

/** More than one machine's worth of requests to one upstream; the rest waits for a free connection. */
const CONNECTIONS = 256;

/** Connection pools to upstreams, one for each origin and connect time-out. */
export function createHttpPools(): HttpPools {
  const pools = new Map<string, Pool>();
  const poolOf = (origin: string, connectMs: number): Pool => {
    const name = `${connectMs} ${origin}`;
    let pool = pools.get(name);
    if (!pool) {
      pool = new Pool(origin, { connections: CONNECTIONS, pipelining: 1, connect: { timeout: connectMs } });
      pools.set(name, pool);
    }
    return pool;
  };
  return {
    client: ({ timeouts, signal }) => ({
      send: (request) => send(request, { poolOf, timeouts, signal }),
    }),
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
      pools.clear();
    },
  };
}

interface SendInput {
  readonly poolOf: (origin: string, connectMs: number) => Pool;
  readonly timeouts: Timeouts;
  readonly signal: AbortSignal;
}

async function send(request: HttpRequest, { poolOf, timeouts, signal }: SendInput): Promise<HttpReply> {
  const url = new URL(request.url);
  const fail = (error: unknown): GatewayError => explain(error, url.host, signal);
  let reply: Dispatcher.ResponseData<null>;
  try {
    const pool = poolOf(url.origin, timeouts.connectMs);
    reply = await pool.request({
      method: request.method as Dispatcher.HttpMethod,
      path: url.pathname + url.search,
      headers: request.headers ?? {},
      body: bodyOf(request),
      signal,
      headersTimeout: timeouts.headersMs,
      bodyTimeout: timeouts.idleMs,
    });
  } catch (error) {
    throw fail(error);
  }
  return decompressed({ status: reply.statusCode, headers: joinValues(reply.headers), body: reply.body }, fail);
}

function bodyOf({ body }: HttpRequest): string | Uint8Array | Readable | null {
  if (body === undefined) return null;
  return typeof body === 'string' || body instanceof Uint8Array ? body : Readable.from(body);
}

function joinValues(headers: Record<string, string | string[] | undefined>): HeaderMap {
  for (const name in headers) {
    const value = headers[name];
    if (Array.isArray(value)) headers[name] = value.join(', ');
  }
  return headers as HeaderMap;
}

/** What went wrong with a connection, for the client: which host, never which path or key. */
function explain(error: unknown, host: string, signal: AbortSignal): GatewayError {
  if (GatewayError.is(error)) return error;
  const cause = { cause: error };
  if (signal.aborted) return GatewayError.from(signal.reason);
  if (error instanceof errors.ConnectTimeoutError) {
    return new GatewayError('timeout', `Connecting to ${host} took too long.`, cause);
  }
  if (error instanceof errors.HeadersTimeoutError) {
    return new GatewayError('timeout', `${host} took too long to answer.`, cause);
  }
  if (error instanceof errors.BodyTimeoutError) {
    return new GatewayError('timeout', `${host} fell silent in the middle of its answer.`, cause);
  }
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return new GatewayError('upstream-unreachable', `${host} cannot be reached${code && ` (${code})`}.`, cause);
}
