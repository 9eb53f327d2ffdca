import type { Readable } from 'node:stream';
import type { GatewayError, HeaderMap } from '@dragoman/plugin';

/**
 * The reply to the client, however it was made. Once there is a `Reply`, no other candidate is tried: if its body fails,
 * the error is reported in the client's stream.
 */
export interface Reply {
  readonly status: number;
  readonly headers: HeaderMap;
  readonly body: string | Uint8Array | Readable | AsyncIterable<string>;
  readonly watcher?: BodyWatcher;
}

/** Watches a `Readable` body until its end. */
export interface BodyWatcher {
  /** Sees the bytes as they pass. */
  push?(chunk: Uint8Array): void;
  /** Replaces a chunk on its way to the client. */
  replace?(chunk: Buffer): Buffer;
  /** Called at the body's end. Throws a `GatewayError` if it ended too early. */
  end(): void;
  /** Converts an error of the body. */
  explain?(error: unknown): GatewayError;
}
