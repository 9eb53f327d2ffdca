import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { Context } from 'koa';
import { GatewayError, type HeaderMap } from '@dragoman/plugin';
import type { BodyWatcher, Reply } from '../../routing/reply.ts';
import { type BodyRecording, isText } from '../../trace/capture.ts';
import type { RequestState } from '../base/request-state.ts';
import { guarded } from '@dragoman/plugin/internal/timing/guarded';
import { type Framing, FRAMINGS } from '@dragoman/plugin/internal/transport/framing';
import { writeHead } from '../base/write-head.ts';

/** How to keep a stream alive and how to report its failure to the client. */
export interface StreamOptions {
  readonly framing: Framing;
  /** Default: those of the framing. */
  readonly contentType: string | undefined;
  readonly keepAlive: string | undefined;
  readonly keepAliveMs: number;
  encodeError(error: GatewayError): string;
}

const STREAM_HEADERS = {
  'cache-control': 'no-cache',
  // Proxies such as nginx would otherwise buffer the stream.
  'x-accel-buffering': 'no',
};

/** Writes a reply in one piece, or in chunks whose silence means nothing. */
export async function respond(ctx: Context, reply: Reply): Promise<void> {
  const { res: response, state } = ctx;
  const { status, headers, body } = reply;
  const { capture } = (state as RequestState).record;
  if (typeof body === 'string' || body instanceof Uint8Array) {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    const written = writeHead(ctx, { status, headers, length: bytes.length });
    capture?.answer(written, isText(headers) ? bytes : undefined);
    response.end(bytes);
    return;
  }
  const written = writeHead(ctx, { status, headers });
  capture?.answer(written);
  await new StreamWriter(response, isText(headers) ? capture?.reply : undefined).pump(reply);
}

/**
 * Writes a stream. Status and headers are sent with the first chunk, so that an earlier failure is a proper HTTP error
 * (this then throws); but a client never waits in silence for longer than `keepAliveMs`, not even before the upstream
 * has answered.
 */
export async function respondStream(
  ctx: Context,
  pending: Promise<Reply>,
  options: StreamOptions,
): Promise<void> {
  const { res: response, state } = ctx;
  const { capture } = (state as RequestState).record;
  const rules = FRAMINGS[options.framing];
  const { contentType = rules.contentType, keepAlive: frame = rules.keepAlive } = options;
  const writer = new StreamWriter(response, capture?.reply, options.framing);
  const begin = (status: number, reply: HeaderMap = {}): void => {
    // Keep-alives and errors may be added to the upstream's bytes.
    const { 'content-length': _, ...others } = reply;
    const headers = { 'content-type': contentType, ...STREAM_HEADERS, ...others };
    const written = writeHead(ctx, { status, headers });
    capture?.answer(written);
  };
  const keepAlive = guarded(
    () => {
      if (!response.headersSent) begin(200);
      writer.keepAlive(frame);
    },
    () => void response.destroy(),
  );
  const timer = setInterval(keepAlive, options.keepAliveMs);
  writer.onWrite = () => void timer.refresh();
  try {
    const reply = await pending;
    if (!response.headersSent) begin(reply.status, reply.headers);
    await writer.pump(reply);
  } catch (error) {
    if (!response.headersSent) throw error;
    const failure = GatewayError.from(error);
    writer.fail(options.encodeError(failure));
    throw failure;
  } finally {
    clearInterval(timer);
  }
}

/** The longest mark between two messages. */
const TAIL_BYTES = 4;

/** Moves a body to the client at the client's pace. */
class StreamWriter {
  readonly #response: ServerResponse;
  #last: Uint8Array | undefined;
  #beforeLast: Uint8Array | undefined;
  readonly #recording: BodyRecording | undefined;
  readonly #framing: Framing;
  onWrite: () => void = () => {};

  constructor(response: ServerResponse, recording: BodyRecording | undefined, framing: Framing = 'sse') {
    this.#response = response;
    this.#recording = recording;
    this.#framing = framing;
  }

  async pump({ body, watcher }: Reply): Promise<void> {
    if (body instanceof Readable) await this.#pumpBytes(body, watcher);
    else if (typeof body === 'string' || body instanceof Uint8Array) {
      this.#recording?.push(body);
      this.#response.write(body);
    } else await this.#pumpFrames(body);
    this.#response.end();
  }

  /** Within a message it would become part of it, so it waits for the message's end. */
  keepAlive(frame: string): void {
    if (!this.#isBetween() || this.#response.destroyed || this.#response.writableEnded) return;
    this.#recording?.push(frame);
    this.#response.write(frame);
  }

  /** After a whole message the client can read the error; within one, only a broken stream is honest. */
  fail(frame: string): void {
    if (!this.#isBetween()) {
      this.#response.destroy();
      return;
    }
    this.#recording?.push(frame);
    this.#response.end(frame);
  }

  /** The gateway's own frames are whole; bytes that pass through may be cut anywhere. */
  #isBetween(): boolean {
    if (this.#last === undefined) return true;
    const before = this.#beforeLast?.subarray(-TAIL_BYTES) ?? new Uint8Array();
    const end = Buffer.concat([before, this.#last.subarray(-TAIL_BYTES)]);
    return FRAMINGS[this.#framing].isBetween(end);
  }

  #pumpBytes(body: Readable, watcher: BodyWatcher | undefined): Promise<void> {
    const response = this.#response;
    return new Promise((resolve, reject) => {
      const explain = (error: unknown): GatewayError => watcher?.explain?.(error) ?? GatewayError.from(error);
      if (body.errored) {
        reject(explain(body.errored));
        return;
      }
      const resume = (): void => void body.resume();
      const onGone = (): void => {
        body.destroy();
        resolve();
      };
      const settle = (error?: unknown): void => {
        response.off('close', onGone);
        response.off('drain', resume);
        if (error === undefined) resolve();
        else reject(explain(error));
      };
      const fail = (error: unknown): void => {
        body.destroy();
        settle(error);
      };
      const onData = (given: Buffer): void => {
        watcher?.push?.(given);
        const chunk = watcher?.replace?.(given) ?? given;
        this.#beforeLast = this.#last;
        this.#last = chunk;
        this.onWrite();
        this.#recording?.push(chunk);
        if (!response.write(chunk)) body.pause();
      };
      response.on('drain', resume);
      response.once('close', onGone);
      body.on('data', guarded(onData, fail));
      body.once('end', () => {
        try {
          watcher?.end();
          settle();
        } catch (error) {
          settle(error);
        }
      });
      body.on('error', settle);
      // A body whose beginning was read is paused.
      body.resume();
    });
  }

  async #pumpFrames(frames: AsyncIterable<string>): Promise<void> {
    const response = this.#response;
    for await (const frame of frames) {
      if (response.destroyed) return;
      this.onWrite();
      this.#recording?.push(frame);
      if (!response.write(frame) && !response.destroyed) await drained(response);
    }
  }
}

async function drained(response: ServerResponse): Promise<void> {
  const settled = new AbortController();
  const { signal } = settled;
  await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]);
  settled.abort();
}
