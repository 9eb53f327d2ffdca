import { randomUUID } from 'node:crypto';
import type { ChatRequest, EncodeContext, OpaqueBox } from '@dragoman/plugin';

interface ReplyContextInput {
  readonly decode: () => ChatRequest;
  /** Seconds since 1970. */
  readonly created: number;
  readonly opaque: OpaqueBox;
}

/**
 * The encoders' view of a request. It is decoded lazily; bytes that pass through need not be. A class: an object literal
 * with getters would cost each request a hidden class of its own.
 */
export class ReplyContext implements EncodeContext {
  readonly created: number;
  readonly opaque: OpaqueBox;
  storeFailed = false;
  readonly #decode: () => ChatRequest;
  #request: ChatRequest | undefined;
  #id: string | undefined;

  constructor({ decode, created, opaque }: ReplyContextInput) {
    this.#decode = decode;
    this.created = created;
    this.opaque = opaque;
  }

  get request(): ChatRequest {
    return (this.#request ??= this.#decode());
  }

  get id(): string {
    return (this.#id ??= randomUUID().replaceAll('-', ''));
  }
}
