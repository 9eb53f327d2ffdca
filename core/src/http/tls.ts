import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { ConfigError } from '../config/config-error.ts';
import type { ResolvedConfig } from '../config/resolved.ts';

/** A certificate and its key, as PEM. */
export interface Tls {
  readonly cert: string;
  readonly key: string;
}

/** Reads the files of `server.tls`. Throws a `ConfigError` when they cannot be read or do not belong together. */
export async function readTls({ file, server: { tls } }: ResolvedConfig): Promise<Tls | undefined> {
  if (!tls) return undefined;
  const refuse = (field: string, error: unknown): never => {
    const message = error instanceof Error ? error.message : String(error);
    throw new ConfigError(file ?? 'the given value', [{ path: `server.tls${field}`, message }]);
  };
  const read = (field: 'cert' | 'key'): Promise<string> =>
    readFile(tls[field], 'utf8').catch((error: unknown) => refuse(`.${field}`, error));
  const pair = { cert: await read('cert'), key: await read('key') };
  try {
    createSecureContext(pair);
  } catch (error) {
    return refuse('', error);
  }
  return pair;
}
