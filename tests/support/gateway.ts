import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JsonObject } from '@dragoman/plugin';
import { anthropic } from '@dragoman/plugin-anthropic';
import { echo } from '@dragoman/plugin-echo';
import { gemini } from '@dragoman/plugin-gemini';
import { openai } from '@dragoman/plugin-openai';
import type { ConfigInput } from '../../core/src/config/define.ts';
import type { ConfigOverrides } from '../../core/src/config/overrides.ts';
import { resolveConfig } from '../../core/src/config/resolve.ts';
import type { HookInput } from '../../core/src/config/hook.ts';
import type { UpstreamInput } from '../../core/src/config/upstream.ts';
import {
  createGateway,
  type Gateway,
  type GatewayOptions as GatewaySurroundings,
} from '../../core/src/gateway.ts';

/** Where `next build` writes it. */
const CONSOLE = fileURLToPath(new URL('../../console/out', import.meta.url));

export interface RunningGateway {
  readonly gateway: Gateway;
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** A client key. */
  readonly key: string;
  readonly adminToken: string;
  readonly folder: string;
  /** Asks the admin API: the JSON of its answer, or its text when it is something else. */
  admin<T>(method: string, path: string, body?: object): Promise<T>;
  /** Sends JSON as a client: `body` is a value, or JSON that is sent as it is written. */
  post(path: string, body: object | string, options?: PostOptions): Promise<Response>;
  /** Sends a request of OpenAI's chat as a client, waits for the whole answer, and tells the request's id. */
  chat(body: object, headers?: Readonly<Record<string, string>>): Promise<string>;
  /** Makes another client key through the admin API, and tells its secret. */
  createKey(input: JsonObject): Promise<string>;
  close(): Promise<void>;
}

export interface PostOptions {
  /** Default: the key of the gateway's first client. */
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

export type GatewayOptions = Partial<Omit<ConfigInput, 'upstreams' | 'hooks' | 'data'>> & {
  readonly hooks?: readonly HookInput[];
  readonly upstreams?: readonly UpstreamInput[];
  readonly overrides?: ConfigOverrides;
  /** Where its data folder is made. Default: where the system has its temporary files. */
  readonly disk?: string;
  /** A clock and dice of the test's own. */
  readonly surroundings?: GatewaySurroundings;
};

const ADMIN_TOKEN = 'admin-token-of-the-tests';

/** Starts a real gateway on a free port of loopback, with a data folder of its own and the echo upstream. */
export async function startGateway(options: GatewayOptions = {}): Promise<RunningGateway> {
  const { overrides, surroundings, disk = tmpdir(), ...input } = options;
  const folder = await mkdtemp(join(disk, 'dragoman-'));
  const gateway = await createGateway(
    resolveConfig(
      {
        plugins: [openai(), anthropic(), gemini(), echo()],
        upstreams: [{ id: 'echo', provider: 'echo', options: { delayMs: 0 } }],
        log: { level: 'silent', format: 'json' },
        // Each store has a thread of its own; tests of traces say that they want one.
        traces: { record: 'off' },
        metrics: { enabled: false },
        // A scripted upstream answers once; tests of repeats say so.
        routing: { retry: { repeats: 0 } },
        ...input,
        server: { port: 0, shutdownGraceMs: 2_000, ...input.server },
        data: folder,
      },
      { adminToken: ADMIN_TOKEN, ...overrides },
    ),
    { consoleFolder: CONSOLE, ...surroundings },
  );
  const { url } = await gateway.listen();
  const askAdmin = (method: string, path: string, body?: object): Promise<Response> =>
    fetch(`${url}/admin/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
  const key = gateway.firstKey ?? '';
  const post: RunningGateway['post'] = (path, body, { key: own = key, headers, signal } = {}) =>
    fetch(url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${own}`, 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      signal: signal ?? null,
    });
  return {
    gateway,
    url,
    key,
    adminToken: ADMIN_TOKEN,
    folder,
    post,
    async admin<T>(method: string, path: string, body?: object) {
      const response = await askAdmin(method, path, body);
      const isJson = response.headers.get('content-type')?.startsWith('application/json');
      return (await (isJson ? response.json() : response.text())) as T;
    },
    async chat(body, headers = {}) {
      const response = await post('/v1/chat/completions', body, { headers });
      await response.text();
      return response.headers.get('request-id') ?? '';
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
