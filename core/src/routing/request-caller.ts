import type { Caller } from '@dragoman/plugin';
import type { Exchange } from './exchange.ts';

/**
 * Who sent a request. A class: an object literal with getters would cost each request a hidden class of its own.
 */
export class RequestCaller implements Caller {
  readonly key: string | undefined;
  readonly thread: string | undefined;
  readonly #record: Exchange['record'];

  constructor({ key, record }: Pick<Exchange, 'key' | 'record'>) {
    this.key = key?.id;
    this.thread = record.thread;
    this.#record = record;
  }

  /** Read only when it is wanted: bytes that pass through need not be decoded. */
  get user(): string | undefined {
    try {
      return this.#record.endUser?.();
    } catch {
      // The request cannot be decoded, but may still pass through.
      return undefined;
    }
  }
}
