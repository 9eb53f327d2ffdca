import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Gateway, GatewayOptions } from '@dragoman/core';
import type { ConfigInput, ConfigOverrides } from '@dragoman/core/testing';
import { definePlugin, type JsonObject, type Plugin, type TraceRecord } from '@dragoman/plugin';
import { CallLog } from '../upstreams/call-log.ts';

/** The configuration of a gateway under test, as in `gateway.config.ts`. Options are checked against the plugins. */
export type TestGatewayInput<Plugins extends readonly Plugin[] = readonly Plugin[]> = Omit<
  ConfigInput<Plugins>,
  'data'
> & {
  /** Values from flags and environment variables. */
  readonly overrides?: ConfigOverrides;
  /** Where its data folder is made. Default: where the system has its temporary files. */
  readonly disk?: string;
  /** A clock and randomness of the test's own. */
  readonly surroundings?: GatewayOptions;
};

/** What a client sends besides the body. */
export interface PostOptions {
  /** Default: the key of the gateway's first client. */
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** A real gateway that listens on loopback. */
export interface TestGateway {
  readonly gateway: Gateway;
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** A client key. */
  readonly key: string;
  readonly adminToken: string;
  /** Its data folder. */
  readonly folder: string;
  /** The records of all requests that are over, without bodies. */
  readonly traces: readonly TraceRecord[];
  /** The record of a request, by its answer, as soon as it is over. */
  traceOf(response: Response): Promise<TraceRecord>;
  /** Asks the admin API: the JSON of its answer, or its text when it is something else. */
  admin<T>(method: string, path: string, body?: object): Promise<T>;
  /** Sends JSON as a client: `body` is a value, or JSON that is sent as it is written. */
  post(path: string, body: object | string, options?: PostOptions): Promise<Response>;
  /** Makes another client key through the admin API, and tells its secret. */
  createKey(input: JsonObject): Promise<string>;
  /** Stops it and removes its folder. */
  close(): Promise<void>;
}

const ADMIN_TOKEN = 'admin-token-of-the-tests';

/**
 * Starts a real gateway on a free port of loopback, with a data folder of its own. It is silent, keeps no traces but the
 * records in memory, and repeats no failed attempt, unless the configuration says otherwise.
 */
export async function startTestGateway<const Plugins extends readonly Plugin[]>(
  options: TestGatewayInput<Plugins>,
): Promise<TestGateway> {
  const { overrides, surroundings, disk = tmpdir(), ...input } = options;
  // The gateway is loaded here, so that tests without one need not wait for it.
  const [{ createGateway }, { resolveConfig }] = await Promise.all([
    import('@dragoman/core'),
    import('@dragoman/core/testing'),
  ]);
  const records = new RecordLog();
  const folder = await mkdtemp(join(disk, 'dragoman-'));
  const config = {
    log: { level: 'silent', format: 'json' },
    traces: { record: 'off' },
    metrics: { enabled: false },
    routing: { retry: { repeats: 0 } },
    ...input,
    plugins: [...input.plugins, records.plugin],
    server: { port: 0, shutdownGraceMs: 2_000, ...input.server },
    data: folder,
  };
  const gateway = await createGateway(
    resolveConfig(config, { adminToken: ADMIN_TOKEN, ...overrides }),
    surroundings,
  );
  const { url } = await gateway.listen();
  const key = gateway.firstKey ?? '';
  const askAdmin = (method: string, path: string, body?: object): Promise<Response> =>
    fetch(`${url}/admin/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
  return {
    ...{ gateway, url, key, adminToken: ADMIN_TOKEN, folder },
    get traces() {
      return records.all;
    },
    traceOf: (response) => records.find(response.headers.get('request-id') ?? ''),
    post: (path, body, { key: own = key, headers, signal } = {}) =>
      fetch(url + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${own}`, 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
        signal: signal ?? null,
      }),
    async admin<T>(method: string, path: string, body?: object) {
      const response = await askAdmin(method, path, body);
      const isJson = response.headers.get('content-type')?.startsWith('application/json');
      return (await (isJson ? response.json() : response.text())) as T;
    },
    async createKey(input) {
      const response = await askAdmin('POST', '/keys', input);
      if (!response.ok) throw new Error(await response.text());
      return ((await response.json()) as { readonly secret: string }).secret;
    },
    async close() {
      await gateway.close();
      // On a machine that is too busy to end the thread of the traces in time, that may still write.
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Collects the records of requests. */
class RecordLog {
  readonly #log = new CallLog<TraceRecord, never>();

  /** Observes all requests. */
  readonly plugin = definePlugin(() => ({
    name: 'test-records',
    createObserver: () => ({ observe: (trace: TraceRecord) => this.#log.record(trace) }),
  }))();

  get all(): readonly TraceRecord[] {
    return this.#log.all;
  }

  async find(id: string): Promise<TraceRecord> {
    for (;;) {
      const found = this.all.find((record) => record.id === id);
      if (found) return found;
      await this.#log.waitFor();
    }
  }
}
