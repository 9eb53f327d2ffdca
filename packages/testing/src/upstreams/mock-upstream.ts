import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { HeaderMap, JsonValue } from '@dragoman/plugin';
import type { Delivery, FakeCall, FakeUpstream, Messages } from './fake-upstream.ts';
import { type MockReply, sendReply } from './mock-reply.ts';
import { deliveriesInPieces, headOf, ScriptedServer } from './scripted-server.ts';
import type { Frame } from './wire-frames.ts';

export type { MockReply } from './mock-reply.ts';
export type { Frame } from './wire-frames.ts';

/** One request as the upstream got it. */
export interface MockCall extends FakeCall {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: HeaderMap;
  readonly rawBody: Buffer;
  /** The body as JSON; `undefined` when it is not JSON. */
  readonly body: JsonValue | undefined;
  /** Whether the client went away before the reply was over. */
  readonly isAborted: boolean;
}

export type MockHandler = (call: MockCall) => MockReply | Promise<MockReply>;

export interface MockUpstream extends FakeUpstream {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  readonly calls: readonly MockCall[];
  /** The newest call; throws when there was none. */
  readonly lastCall: MockCall;
  /** Queues answers; each is given once, in order, whatever the path. */
  reply(...replies: readonly MockReply[]): void;
  /** Answers every call of a path for which nothing is queued; `*` is every other path. */
  handle(path: string, handler: MockHandler): void;
  waitForCall(count?: number): Promise<MockCall>;
  deliveries(reply: MockReply): readonly Delivery[];
  heldOpen(reply: MockReply): MockReply | undefined;
  messagesOf(reply: MockReply): Messages | undefined;
  /** Forgets calls, queue and handlers. */
  reset(): void;
}

/** Starts a scripted HTTP server on a free port of loopback. */
export async function startMockUpstream(): Promise<MockUpstream> {
  const upstream = new ScriptedUpstream();
  await upstream.listen();
  return upstream;
}

class ScriptedUpstream extends ScriptedServer<MockCall, MockReply> implements MockUpstream {
  readonly #handlers = new Map<string, MockHandler>();
  protected readonly server = createServer((request, response) => {
    this.#answer(request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  handle(path: string, handler: MockHandler): void {
    this.#handlers.set(path, handler);
  }

  deliveries(reply: MockReply): readonly Delivery[] {
    return deliveriesInPieces(reply);
  }

  heldOpen(reply: MockReply): MockReply | undefined {
    return reply.stream && { ...reply, hang: true };
  }

  messagesOf({ body, stream, ...reply }: MockReply): Messages | undefined {
    if (body !== undefined) return { values: [body], with: ([value = null]) => ({ ...reply, body: value }) };
    if (!stream || !(Symbol.iterator in stream)) return undefined;
    const frames = [...stream];
    return {
      values: frames.map(({ data }) => data),
      with: (values) => ({
        ...reply,
        stream: values.map((data, at): Frame => ({ ...frames[at], data })),
      }),
    };
  }

  reset(): void {
    this.log.clear();
    this.#handlers.clear();
  }

  protected dropConnections(): void {
    this.server.closeAllConnections();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = await readCall(request, response);
    this.log.record(call);
    const handler = this.#handlers.get(call.path) ?? this.#handlers.get('*');
    const reply = this.log.next() ?? (await handler?.(call)) ?? missingReply(call);
    await sendReply(reply, response);
  }
}

function missingReply({ method, path }: MockCall): MockReply {
  return {
    status: 501,
    body: { error: { message: `The mock upstream has no reply for ${method} ${path}.` } },
  };
}

async function readCall(request: IncomingMessage, response: ServerResponse): Promise<MockCall> {
  let isAborted = false;
  const aborted = new Promise<void>((resolve) => {
    response.once('close', () => {
      if (response.writableFinished) return;
      isAborted = true;
      resolve();
    });
  });
  const rawBody = await buffer(request);
  return {
    method: request.method ?? '',
    ...headOf(request),
    rawBody,
    body: parseJson(rawBody),
    aborted,
    get isAborted() {
      return isAborted;
    },
  };
}

function parseJson(bytes: Buffer): JsonValue | undefined {
  try {
    return JSON.parse(bytes.toString()) as JsonValue;
  } catch {
    return undefined;
  }
}
