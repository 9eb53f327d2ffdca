import { expect, it } from 'vitest';
import type { Protocol } from '@dragoman/plugin';
import { createHttpServer, type HttpServer } from './server.ts';
import { urlOf } from './url-of.ts';

const fallback: Protocol = {
  ...{ name: 'plain', title: 'Plain', endpoints: [] },
  encodeError: ({ status, message }) => ({ status, body: { message } }),
};

async function start(): Promise<{ readonly server: HttpServer; readonly url: string; served: number }> {
  const started = { served: 0 };
  const server = createHttpServer({
    ...{ fallback, requestTimeoutMs: 0 },
    listener: (_, response) => {
      started.served += 1;
      response.end('served');
    },
  });
  return Object.assign(started, { server, url: urlOf(await server.listen('127.0.0.1', 0)) });
}

const end = { graceMs: 0, interrupt: () => {} };

it('has requests wait until the start has succeeded', async () => {
  const started = await start();
  const { server, url } = started;
  const early = [fetch(url), fetch(url)];
  expect(started.served).toBe(0);
  server.open();
  expect(await Promise.all(early.map(async (one) => (await one).text()))).toEqual(['served', 'served']);
  expect(await (await fetch(url)).text()).toBe('served');
  await server.drain(end);
});

it('answers nobody when the start has failed', async () => {
  const { server, url } = await start();
  const early = expect(fetch(url)).rejects.toThrow();
  await server.drain(end);
  await early;
});
