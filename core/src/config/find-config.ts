import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** The names of config files in the working directory; the first that exists is used. */
const NAMES = ['gateway.config.ts', 'gateway.config.mts', 'gateway.config.js', 'gateway.config.mjs'] as const;

export interface FindInput {
  /** The file from `--config`; else `DRAGOMAN_CONFIG`, else one of the usual names in the working directory. */
  readonly file?: string;
  /** Default `process.env`. */
  readonly env?: NodeJS.ProcessEnv;
  /** Default `process.cwd()`. */
  readonly cwd?: string;
}

/** Where the configuration is, or would be. */
export interface ConfigPlace {
  readonly file: string;
  readonly exists: boolean;
  /** Whether it was named, and not found by its usual name. */
  readonly isNamed: boolean;
}

/** Finds the config file. */
export function findConfig({ file, env = process.env, cwd = process.cwd() }: FindInput): ConfigPlace {
  const named = file ?? (env['DRAGOMAN_CONFIG'] || undefined);
  const names = named === undefined ? NAMES : [named];
  const paths = names.map((name) => resolve(cwd, name));
  const found = paths.find((path) => existsSync(path));
  return { file: found ?? (paths[0] as string), exists: found !== undefined, isNamed: named !== undefined };
}
