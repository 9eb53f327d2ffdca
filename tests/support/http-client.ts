import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { timeoutsSchema } from '../../core/src/config/upstream.ts';
import type { Timeouts } from '../../core/src/transport/timeouts.ts';
import type { HttpClient, HttpReply } from '../../packages/plugin/src/transport/http.ts';
import { createHttpPools, type HttpPools } from '../../core/src/transport/pools.ts';

export const DEFAULTS = timeoutsSchema.parse({});

export async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return listen(server);
}

export function createPools(): HttpPools {
  const pools = createHttpPools();
  onTestFinished(() => pools.close());
  return pools;
}

export function createClient(
  timeouts: Partial<Timeouts> = {},
  signal = new AbortController().signal,
): HttpClient {
  return createPools().client({ timeouts: { ...DEFAULTS, ...timeouts }, signal });
}

export const get = (client: HttpClient, url: string): Promise<HttpReply> =>
  client.send({ method: 'GET', url });

/** A server that says what it was asked. */
export const echo: RequestListener = (request, response) => {
  void text(request).then((body) => {
    const { method, url, headers } = request;
    response.end(JSON.stringify({ method, url, headers, body }));
  });
};

/** A server whose replies the test writes by hand; it resolves with each request as it comes. */
export async function serveByHand(): Promise<{
  readonly url: string;
  next(): Promise<{ readonly request: IncomingMessage; readonly response: ServerResponse }>;
}> {
  const asked: { request: IncomingMessage; response: ServerResponse }[] = [];
  let wake: (() => void) | undefined;
  const url = await serve((request, response) => {
    asked.push({ request, response });
    wake?.();
  });
  return {
    url,
    async next() {
      for (;;) {
        const first = asked.shift();
        if (first) return first;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}
