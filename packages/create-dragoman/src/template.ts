import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../template', import.meta.url));

/** The text of a new `gateway.config.ts`: with the keys that the environment has, and the offline `echo` in any case. */
export const newConfig = readFileSync(join(FOLDER, 'gateway.config.ts'), 'utf8');

/** The texts of a template's files by their paths. npm packs no `.gitignore`, so `_` stands for a leading dot. */
export function readTemplate(folder: string = FOLDER): ReadonlyMap<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = paths.filter((path) => statSync(join(folder, path)).isFile());
  return new Map(files.map((path) => [nameOf(path), readFileSync(join(folder, path), 'utf8')]));
}

function nameOf(path: string): string {
  return path
    .split(sep)
    .join('/')
    .replace(/(^|\/)_/, '$1.');
}
