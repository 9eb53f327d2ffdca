import type { HttpClient } from '../transport/http.ts';
import type { Capabilities } from './capabilities.ts';

/** The part of the logger that plugins may use. Values of secret fields are redacted. */
export interface Log {
  /** Off by default. For debugging. */
  debug(fields: object, message: string): void;
  /** Something an operator may want to know. */
  info(fields: object, message: string): void;
  /** Something went wrong, and the work went on. */
  warn(fields: object, message: string): void;
  /** Something failed. */
  error(fields: object, message: string): void;
}

/** A file fetched from a URL. */
export interface FetchedFile {
  /** The media type, detected from the bytes, else as the server says. Without parameters. */
  readonly mimeType: string;
  readonly data: Buffer;
}

/** Who sent a request, so that providers can keep sessions apart. What the gateway does not know is absent. */
export interface Caller {
  /** The opaque id of the client's key. Absent if the gateway is open, or asks on its own behalf. */
  readonly key?: string | undefined;
  /** The conversation that the client names. Clients with other keys may use the same name. */
  readonly thread?: string | undefined;
  /** The end user that the request names. Clients with other keys may use the same name. */
  readonly user?: string | undefined;
}

/** The context of one upstream call. */
export interface CallContext {
  /** The gateway's id of the client's request, such as `req_0198…`. It names the trace. */
  readonly requestId: string;
  /** Who asks, as far as the gateway knows. */
  readonly caller: Caller;
  /** Fires when the client disconnects or the time is up. Pass it to every outbound call. */
  readonly signal: AbortSignal;
  /** Every line names the request, the upstream and the plugin. */
  readonly log: Log;
  /** Sends HTTP with the upstream's timeouts and this call's signal. */
  readonly http: HttpClient;
  /** What the requested model can do. Encoders go by these fields, never by a model's name. */
  readonly capabilities: Capabilities;
  /**
   * Fetches files that the client named by URL, from public addresses only. Returns them by URL. Throws a `GatewayError`
   * for the client if one cannot be fetched.
   */
  fetchFiles(urls: readonly string[]): Promise<ReadonlyMap<string, FetchedFile>>;
  /** Records that a request field could not be expressed for the upstream. Traces and a header show it. */
  drop(field: string, why: string): void;
}
