import { createInterface } from 'node:readline';
import { request } from 'undici';
import { loadConfig } from '../config/load.ts';
import type { ResolvedConfig } from '../config/resolved.ts';
import { createGateway } from '../gateway.ts';
import { readRunFile, type RunningGateway } from '../state/files/run-file.ts';
import { CommandError } from './command-error.ts';
import { type ConfigFlags, loadInput } from './flags.ts';
import { readState } from './read-state.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** A client of the admin API. */
export interface AdminClient {
  /** Throws a {@link CommandError} with the API's own message if the call is refused. */
  call<T>(method: Method, path: string, body?: unknown): Promise<T>;
  /** Gets a response that is not JSON, line by line. */
  lines(path: string): AsyncIterable<string>;
  /** Posts a body, and gets a response that is not JSON, as its bytes. */
  stream(path: string, body: unknown): Promise<AsyncIterable<Uint8Array>>;
}

type Use<T> = (admin: AdminClient) => Promise<T>;

/**
 * Calls the admin API: of the gateway that runs on the data folder, or else of one that is started for this one command
 * on a free loopback port. So there is one way to do things, not two.
 */
export async function withAdmin<T>(flags: ConfigFlags, use: Use<T>): Promise<T> {
  const config = await loadConfig(loadInput(flags));
  const running = await readRunFile(config.data);
  return running ? use(createClient(addressOf(running))) : withPrivateGateway(config, use);
}

/** Like {@link withAdmin}, for commands that need a running gateway. */
export async function withRunningAdmin<T>(flags: ConfigFlags, use: Use<T>): Promise<T> {
  const { data } = await loadConfig(loadInput(flags));
  const running = await readRunFile(data);
  if (running) return use(createClient(addressOf(running)));
  throw new CommandError(`No gateway is running on the data folder ${data}; start it with: dragoman start`);
}

async function withPrivateGateway<T>(config: ResolvedConfig, use: Use<T>): Promise<T> {
  await readState(config.data);
  const gateway = await createGateway(
    {
      ...config,
      server: { ...config.server, host: '127.0.0.1', port: 0 },
      console: {},
      log: { level: 'silent', format: 'json', printsSecrets: false },
    },
    { adminOnly: true },
  );
  try {
    await gateway.listen();
    // With the token of this run, so that the audit log shows the command line as the caller.
    const running = await readRunFile(config.data);
    if (!running) throw new CommandError(`The gateway on ${config.data} did not publish its address.`);
    return await use(createClient(running));
  } finally {
    await gateway.close();
  }
}

/** A client of a gateway that runs. */
export const createAdminClient = (running: RunningGateway): AdminClient => createClient(addressOf(running));

interface Address {
  readonly url: string;
  readonly token: string;
  /** The host name of the admin API, if it differs from that of `url`. */
  readonly host?: string | undefined;
}

function addressOf({ url, token, admin }: RunningGateway): Address {
  return { url, ...admin, token };
}

function createClient({ url, token, host }: Address): AdminClient {
  const headers = { authorization: `Bearer ${token}`, ...(host !== undefined && { host }) };
  const send = (method: Method, path: string, body?: unknown) =>
    request(`${url}/admin/api/v1${path}`, {
      method,
      headers: { ...headers, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }).catch((error: unknown) => {
      throw new CommandError(`The gateway at ${url} cannot be reached.`, error);
    });
  return {
    async call<T>(method: Method, path: string, body?: unknown): Promise<T> {
      const { statusCode, body: answer } = await send(method, path, body);
      const text = await answer.text();
      const value = (text === '' ? undefined : JSON.parse(text)) as unknown;
      if (statusCode < 300) return value as T;
      throw refusal(value, statusCode);
    },
    async stream(path, body) {
      const { statusCode, body: answer } = await send('POST', path, body);
      if (statusCode < 300) return answer;
      throw refusal(JSON.parse(await answer.text()), statusCode);
    },
    async *lines(path) {
      const { statusCode, body } = await request(`${url}/admin/api/v1${path}`, {
        headers,
        bodyTimeout: 0,
      });
      if (statusCode >= 300) throw refusal(JSON.parse(await body.text()), statusCode);
      yield* createInterface({ input: body, crlfDelay: Infinity });
    },
  };
}

function refusal(value: unknown, status: number): CommandError {
  return new CommandError(explain(value) ?? `The gateway returned status ${status}.`);
}

interface AdminErrorBody {
  readonly error?: {
    readonly message: string;
    readonly issues?: readonly { readonly path: string; readonly message: string }[];
  };
}

function explain(body: unknown): string | undefined {
  const { error } = (body ?? {}) as AdminErrorBody;
  if (!error) return undefined;
  const issues = (error.issues ?? []).map(({ path, message }) => `${path}: ${message}`);
  return [error.message, issues.join('; ')].join(' ').trim();
}
