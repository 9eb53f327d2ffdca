import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import type { HeaderMap } from '@dragoman/plugin';
import { CallLog } from './call-log.ts';
import type { Delivery } from './fake-upstream.ts';

/** What every fake upstream is: a server on loopback with a log of its calls and a queue of replies. */
export abstract class ScriptedServer<Call, Reply> {
  protected readonly log = new CallLog<Call, Reply>();
  protected abstract readonly server: Server;

  protected get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get calls(): readonly Call[] {
    return this.log.all;
  }

  get lastCall(): Call {
    return this.log.last;
  }

  async listen(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    // A config file may start it, which short commands read, too: it must not keep them from ending.
    this.server.unref();
  }

  reply(...replies: readonly Reply[]): void {
    this.log.queue(...replies);
  }

  waitForCall(count?: number): Promise<Call> {
    return this.log.waitFor(count);
  }

  async close(): Promise<void> {
    this.dropConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  /** Ends what would keep the server from closing. */
  protected abstract dropConnections(): void;
}

/** A reply of bytes in small pieces and in one. */
export function deliveriesInPieces(reply: object): readonly Delivery[] {
  const cut = [1, 7].map((chunkBytes) => ({
    name: `in pieces of ${chunkBytes}`,
    reply: { ...reply, chunkBytes },
  }));
  return [...cut, { name: 'in one piece', reply }];
}

interface RequestHead {
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: HeaderMap;
}

/** What a request says before its body. */
export function headOf(request: IncomingMessage): RequestHead {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://upstream');
  const headers = Object.entries(request.headers).map(([name, value]) => [name, [value].flat().join(', ')]);
  return { path: pathname, query: searchParams, headers: Object.fromEntries(headers) as HeaderMap };
}
