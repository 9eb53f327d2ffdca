import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** A folder that was written. */
export interface NewFolder {
  readonly folder: string;
  /** The name of the package in it. */
  readonly name: string;
}

/** The user has to choose differently; the message says how. */
export class CreateError extends Error {
  override readonly name = 'CreateError';
}

/** Writes a new folder. Throws a {@link CreateError} if there is something in it already. */
export function createFolder(
  path: string,
  filesOf: (name: string) => ReadonlyMap<string, string>,
): NewFolder {
  const folder = resolve(path);
  const present = existsSync(folder);
  if (present && !statSync(folder).isDirectory()) {
    throw new CreateError(`${folder} is a file. Nothing was written; name a new folder.`);
  }
  const found = present ? readdirSync(folder).find((name) => name !== '.git') : undefined;
  if (found !== undefined) {
    throw new CreateError(`${folder} is not empty (${found}). Nothing was written; name a new folder.`);
  }
  const name = packageNameOf(basename(folder));
  for (const [file, text] of filesOf(name)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text, { flag: 'wx' });
  }
  return { folder, name };
}

/** A name that npm accepts. */
export function packageNameOf(text: string): string {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9._~-]+/g, '-')
    .replaceAll(/^[._-]+|-+$/g, '');
  return name === '' ? 'my-gateway' : name;
}
