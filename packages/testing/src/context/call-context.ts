import { createHttpPools, type Timeouts, timeoutsSchema } from '@dragoman/core/testing';
import {
  type CallContext,
  type Caller,
  type Capabilities,
  DEFAULT_CAPABILITIES,
  type KeyValue,
  type Log,
  type ProviderSetup,
} from '@dragoman/plugin';

export interface TestContext {
  /** What a provider gets, with a real HTTP client. */
  readonly context: CallContext;
  /** What it got when it was created. */
  readonly setup: ProviderSetup;
  /** Every text that was logged, with its fields. */
  readonly logged: readonly {
    readonly level: keyof Log;
    readonly fields: object;
    readonly message: string;
  }[];
  readonly dropped: readonly { readonly field: string; readonly why: string }[];
  /** Fires the signal as when a client goes away. */
  readonly abort: (reason?: unknown) => void;
  readonly close: () => Promise<void>;
}

export interface TestContextOptions {
  readonly capabilities?: Partial<Capabilities>;
  readonly timeouts?: Partial<Timeouts>;
  readonly caller?: Caller;
  readonly now?: () => number;
}

/** A store that lasts as long as its test. */
export function createMemoryStore(): KeyValue {
  const texts = new Map<string, string>();
  return {
    get: async (key) => texts.get(key),
    set: async (key, value) => void texts.set(key, value),
    delete: async (key) => void texts.delete(key),
  };
}

/** Makes the context of one call of a provider. */
export function createTestContext({
  capabilities,
  timeouts,
  caller = {},
  now = Date.now,
}: TestContextOptions = {}): TestContext {
  const pools = createHttpPools();
  const controller = new AbortController();
  const { signal } = controller;
  const logged: TestContext['logged'][number][] = [];
  const dropped: TestContext['dropped'][number][] = [];
  const http = pools.client({ timeouts: { ...timeoutsSchema.parse({}), ...timeouts }, signal });
  const write =
    (level: keyof Log) =>
    (fields: object, message: string): void => {
      logged.push({ level, fields, message });
    };
  const log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  return {
    setup: { upstreamId: 'under-test', log, http, signal, store: createMemoryStore(), clock: { now } },
    context: {
      requestId: 'req_test',
      caller,
      signal,
      ...{ log, http },
      capabilities: { ...DEFAULT_CAPABILITIES, ...capabilities },
      fetchFiles: (urls) => pools.files.fetchAll(urls, signal),
      drop: (field, why) => {
        dropped.push({ field, why });
      },
    },
    logged,
    dropped,
    abort: (reason) => controller.abort(reason),
    close: () => pools.close(),
  };
}
