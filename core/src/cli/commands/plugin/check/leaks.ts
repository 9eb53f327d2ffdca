import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Packed } from './pack.ts';

/** Files that should never be published. */
const PRIVATE_FILES: readonly (readonly [RegExp, string])[] = [
  [/(?:^|\/)\.env(?!\.example$)/, 'may hold secrets'],
  [/(?:^|\/)\.npmrc$/, 'may hold a token'],
  [/\.(?:pem|key|p12|pfx)$/, 'looks like a private key'],
  [/(?:^|\/)data\/|\.db(?:-wal)?$/, 'looks like data of a gateway'],
  [/\.tgz$/, 'is a tarball'],
  [/\.test\.[cm]?[jt]s$/, 'is a test'],
];

/** Shapes of well-known keys. */
const SECRETS: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\bsk-[A-Za-z0-9_-]{20,}/,
  /\bAKIA[0-9A-Z]{16}\b/,
  /\bgh[pousr]_[A-Za-z0-9]{36,}/,
  /\bAIza[0-9A-Za-z_-]{35}/,
  /\bnpm_[A-Za-z0-9]{36}\b/,
];

/** What should not be in a tarball, each as a sentence. A secret itself is not repeated. */
export async function findLeaks({ folder, files }: Packed): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const file of files) {
    const why = PRIVATE_FILES.find(([pattern]) => pattern.test(file))?.[1];
    if (why !== undefined) problems.push(`${file} is packed, but ${why}. List what is packed in "files".`);
    const text = await readFile(join(folder, file), 'utf8');
    if (SECRETS.some((pattern) => pattern.test(text))) problems.push(`${file} holds what looks like a key.`);
  }
  return problems;
}
