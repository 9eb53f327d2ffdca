import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Dice } from '../support/hostile/dice.ts';
import { type MockReply, sendReply } from '@dragoman/testing/upstreams';
import { badReply, type RawReply } from './mock-bad.ts';
import { goodReply } from './mock-good.ts';
import type { UpstreamCall } from './upstream-call.ts';

/** How a kind of upstream answers. */
export type Answer = (call: UpstreamCall) => MockReply | RawReply;

export interface Mocks {
  /** `http://127.0.0.1:port`; `/good` answers well, `/bad` in every other way. */
  readonly url: string;
  /** What must not have come through to an upstream. */
  takeFaults(): readonly string[];
  close(): Promise<void>;
}

/** Starts the upstreams of a run: one server for all protocols, with a path for each kind of upstream. */
export async function startMocks(
  clientSecrets: () => readonly string[],
  others: Readonly<Record<string, Answer>> = {},
): Promise<Mocks> {
  const kinds = new Map<string, Answer>(Object.entries({ good: goodReply, bad: badReply, ...others }));
  let faults: string[] = [];
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(request);
    faults.push(...smuggled(request, clientSecrets()));
    const url = request.url ?? '';
    const [, kind = ''] = url.split('/');
    const call = {
      url,
      path: new URL(url, 'http://upstream').pathname.slice(kind.length + 1).replace(/\/$/, ''),
      headers: request.headers,
      body,
      dice: new Dice(`${url} ${body.toString('latin1')}`),
    };
    const reply = (kinds.get(kind) ?? goodReply)(call);
    if ('bytes' in reply) response.socket?.end(reply.bytes);
    else await sendReply(reply, response);
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    takeFaults() {
      const taken = faults;
      faults = [];
      return taken;
    },
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Headers that a client planted, and credentials that are the gateway's own business. */
function smuggled(request: IncomingMessage, secrets: readonly string[]): readonly string[] {
  const head = `${request.url} ${JSON.stringify(request.headers)}`;
  return [
    ...('x-injected' in request.headers ? [`a planted header reached the upstream: ${request.url}`] : []),
    ...secrets
      .filter((secret) => head.includes(secret))
      .map((secret) => `a client's credential reached the upstream: ${secret.slice(0, 12)}… ${request.url}`),
  ];
}
