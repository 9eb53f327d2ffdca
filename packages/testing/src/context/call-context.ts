import { createHttpPools, type Timeouts, timeoutsSchema } from '@dragoman/core/testing';
import {
  type CallContext,
  type Caller,
  type Capabilities,
  DEFAULT_CAPABILITIES,
  GatewayError,
  type HttpClient,
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
  /** Fires the signal of the call, as when a client goes away. The setup's goes on. */
  readonly abort: (reason?: unknown) => void;
  /** Fires the signal of the setup, as when the upstream is removed, and closes all connections. */
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
  const [call, upstream] = [new AbortController(), new AbortController()];
  const logged: TestContext['logged'][number][] = [];
  const dropped: TestContext['dropped'][number][] = [];
  const limits = { ...timeoutsSchema.parse({}), ...timeouts };
  const client = ({ signal }: AbortController): HttpClient => pools.client({ timeouts: limits, signal });
  const write =
    (level: keyof Log) =>
    (fields: object, message: string): void => {
      logged.push({ level, fields, message });
    };
  const log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  return {
    setup: {
      ...{ upstreamId: 'under-test', log, http: client(upstream), signal: upstream.signal },
      ...{ store: createMemoryStore(), clock: { now }, redact: () => {} },
    },
    context: {
      requestId: 'req_test',
      caller,
      ...{ log, http: client(call), signal: call.signal },
      capabilities: { ...DEFAULT_CAPABILITIES, ...capabilities },
      fetchFiles: (urls) => pools.files.fetchAll(urls, call.signal),
      drop: (field, why) => {
        dropped.push({ field, why });
      },
    },
    logged,
    dropped,
    abort: (reason) => call.abort(reason),
    async close() {
      upstream.abort(new GatewayError('cancelled', 'The upstream is closed.'));
      await pools.close();
    },
  };
}
