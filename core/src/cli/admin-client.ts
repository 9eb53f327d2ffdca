import { randomBytes } from 'node:crypto';
import { request } from 'undici';
import { loadConfig } from '../config/load.ts';
import type { ResolvedConfig } from '../config/resolved.ts';
import { createGateway } from '../gateway.ts';
import { readRunFile } from '../state/run-file.ts';

/** The admin API, wherever it is. */
export interface AdminClient {
  /** Throws a {@link CommandError} with the API's own message when the call is refused. */
  call<T>(method: string, path: string, body?: unknown): Promise<T>;
}

/** What all commands take to find the gateway. */
export interface ConfigFlags {
  readonly config?: string;
  readonly data?: string;
}

/** A command could not be done; the message is for a person. */
export class CommandError extends Error {}

/**
 * Does something with the admin API: of the gateway that runs on the data folder, or else of one that is
 * started for this one command on a free port of loopback. So there is one way to do things, not two.
 */
export async function withAdmin<T>(flags: ConfigFlags, use: (admin: AdminClient) => Promise<T>): Promise<T> {
  const config = await loadConfig(loadInput(flags));
  const running = await readRunFile(config.data);
  if (running?.url && running.token) return use(createClient(running.url, running.token));
  return withPrivateGateway(config, use);
}

/** How the flags of a command reach the configuration. */
export function loadInput({ config, data }: ConfigFlags) {
  return { ...(config !== undefined && { file: config }), flags: data === undefined ? {} : { data } };
}

async function withPrivateGateway<T>(
  config: ResolvedConfig,
  use: (admin: AdminClient) => Promise<T>,
): Promise<T> {
  const token = randomBytes(32).toString('base64url');
  const gateway = await createGateway({
    ...config,
    server: { ...config.server, host: '127.0.0.1', port: 0, shutdownGraceMs: 0 },
    log: { level: 'silent', format: 'json' },
    admin: { token },
  });
  try {
    const { url } = await gateway.listen();
    return await use(createClient(url, token));
  } finally {
    await gateway.close();
  }
}

function createClient(url: string, token: string): AdminClient {
  return {
    async call<T>(method: string, path: string, body?: unknown): Promise<T> {
      const { statusCode, body: answer } = await request(`${url}/admin/api/v1${path}`, {
        method: method as 'GET',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      const value = (text === '' ? undefined : JSON.parse(text)) as unknown;
      if (statusCode < 300) return value as T;
      throw new CommandError(explain(value) ?? `The gateway answered with status ${statusCode}.`);
    },
  };
}

interface AdminErrorBody {
  readonly error?: {
    readonly message: string;
    readonly issues?: readonly { path: string; message: string }[];
  };
}

function explain(body: unknown): string | undefined {
  const { error } = (body ?? {}) as AdminErrorBody;
  if (!error) return undefined;
  const issues = (error.issues ?? []).map(({ path, message }) => `\n  ${path}: ${message}`);
  return error.message + issues.join('');
}
