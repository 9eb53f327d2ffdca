import type { Readable } from 'node:stream';

/** Header names in lower case; several values of one name are joined with `, `. */
export type HeaderMap = Readonly<Record<string, string>>;

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: HeaderMap;
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>;
  /** Ends this request alone; the call's own signal ends it in any case. */
  readonly signal?: AbortSignal;
}

/** An upstream's reply; its body is unread and decompressed. */
export interface HttpReply {
  readonly status: number;
  readonly headers: HeaderMap;
  readonly body: Readable;
}

/** Observes the bytes of a reply's body as they arrive, decompressed. */
export interface ReplyTap {
  /** Called once, when the headers have arrived. */
  wants(headers: Readonly<Record<string, string | string[] | undefined>>): boolean;
  readonly push: (chunk: Uint8Array) => void;
}

/** Observes requests on their way. */
export interface RequestWatcher {
  /** Called before a request is sent. Returns the observer of its reply. */
  sending(request: HttpRequest): ReplyTap | undefined;
  /** A connection has taken the request. */
  connected(): void;
  /** The reply's headers have arrived, unchanged. */
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
