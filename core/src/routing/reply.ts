import type { Readable } from 'node:stream';
import type { GatewayError } from '../canonical/errors.ts';
import type { HeaderMap } from '../transport/http.ts';

/**
 * What goes back to the client, however it was made. Once there is a `Reply`, no other candidate is tried: a
 * body that fails is told to the client in its own stream.
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
  /** What goes on to the client in place of a piece. */
  replace?(chunk: Buffer): Buffer;
  /** Called at the body's end. Throws a `GatewayError` when it was no proper end. */
  end(): void;
  /** What it means that the body broke. */
  explain?(error: unknown): GatewayError;
}
