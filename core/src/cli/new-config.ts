import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { type FindInput, findConfig } from '../config/find-config.ts';

/** A config file to start with. */
export interface NewConfig {
  /** The text of a new `gateway.config.ts`. */
  readonly newConfig: string;
}

/** Writes a config file into the working directory if there is none and none was named. */
export function writeNewConfig(input: FindInput, { newConfig }: NewConfig): void {
  const { file, isNamed, exists } = findConfig(input);
  if (exists || isNamed) return;
  const path = holdsModules(dirname(file)) ? file : file.replace(/\.ts$/, '.mts');
  writeFileSync(path, newConfig, { flag: 'wx' });
  process.stderr.write(`Wrote ${relative(process.cwd(), path)}.\n`);
}

/** Whether `.ts` files in a folder are modules. `npm init` makes packages whose files are not. */
function holdsModules(folder: string): boolean {
  const manifest = join(folder, 'package.json');
  if (existsSync(manifest)) {
    const { type } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly type?: unknown };
    return type === 'module';
  }
  return dirname(folder) === folder || holdsModules(dirname(folder));
}
