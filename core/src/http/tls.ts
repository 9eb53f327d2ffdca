import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { ConfigError, type ConfigProblem } from '../validation/config-error.ts';
import type { ResolvedConfig } from '../config/resolved.ts';

/** A certificate and its key, as PEM. */
export interface Tls {
  readonly cert: string;
  readonly key: string;
}

/** Reads the files of `server.tls`. Throws a `ConfigError` if they cannot be read or do not match. */
export async function readTls({ file, server: { tls } }: ResolvedConfig): Promise<Tls | undefined> {
  if (!tls) return undefined;
  const refuse = (problems: readonly ConfigProblem[]): never => {
    throw new ConfigError(file ?? 'the given value', problems);
  };
  const [cert, key] = await Promise.all([readPart('cert', tls.cert), readPart('key', tls.key)]);
  const problems = [cert, key].flatMap((part) => ('problem' in part ? [part.problem] : []));
  if ('problem' in cert || 'problem' in key) return refuse(problems);
  const pair = { cert: cert.pem, key: key.pem };
  try {
    createSecureContext(pair);
  } catch (error) {
    return refuse([{ path: 'server.tls', message: messageOf(error) }]);
  }
  return pair;
}

type Part = { readonly pem: string } | { readonly problem: ConfigProblem };

const CONTENTS = {
  cert: { pattern: /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/, name: 'certificate' },
  key: { pattern: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/, name: 'private key' },
} as const;

async function readPart(field: 'cert' | 'key', path: string): Promise<Part> {
  const { pattern, name } = CONTENTS[field];
  const refuse = (message: string): Part => ({ problem: { path: `server.tls.${field}`, message } });
  try {
    const pem = await readFile(path, 'utf8');
    return pattern.test(pem) ? { pem } : refuse(`${path} contains no ${name} in PEM format`);
  } catch (error) {
    return refuse(messageOf(error));
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
