import type { Readable } from 'node:stream';

/** Header names in lower case; several values of one name are joined with `, `. */
export type HeaderMap = Readonly<Record<string, string>>;

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: HeaderMap;
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>;
}

/** An upstream's answer whose body is not yet read; it is already decompressed. */
export interface HttpReply {
  readonly status: number;
  readonly headers: HeaderMap;
  readonly body: Readable;
}

/** Sees the bytes of a reply's body as they come, decompressed. */
export interface ReplyTap {
  /** Asked once, when the headers are there. */
  wants(headers: Readonly<Record<string, string | string[] | undefined>>): boolean;
  readonly push: (chunk: Uint8Array) => void;
}

/** Sees what becomes of requests on their way. */
export interface RequestWatcher {
  /** One is about to be sent. Gives who sees its reply. */
  sending(request: HttpRequest): ReplyTap | undefined;
  /** A connection has taken it. */
  connected(): void;
  /** The headers of its reply are there, as they came. */
  answered(reply: Pick<HttpReply, 'status' | 'headers'>): void;
}

/**
 * Sends HTTP requests to one upstream, with its timeouts and the call's abort signal. Resolves at the reply's
 * headers, whatever the status. Throws a `GatewayError` of kind `upstream-unreachable` (DNS, connect, TLS,
 * reset), `timeout` or `cancelled`; a body that ends early throws `upstream-broken` while it is read.
 */
export interface HttpClient {
  send(request: HttpRequest): Promise<HttpReply>;
}
