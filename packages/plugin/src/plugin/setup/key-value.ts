/**
 * A small store of texts that lasts, such as for a refresh token. A change is durable once its promise resolves, and
 * everybody sees either the old value or the new one. Values are encrypted at rest.
 */
export interface KeyValue {
  /** `undefined` if there is none. */
  get(key: string): Promise<string | undefined>;
  /** Rejects if the store would become too large, or cannot be written. Nothing changes then. */
  set(key: string, value: string): Promise<void>;
  /** Does nothing if there is none. */
  delete(key: string): Promise<void>;
}
