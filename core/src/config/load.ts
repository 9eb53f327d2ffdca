import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseEnv } from 'node:util';
import { ConfigError } from './config-error.ts';
import { type ConfigOverrides, readEnvironment } from './overrides.ts';
import { resolveConfig } from './resolve.ts';
import type { ResolvedConfig } from './resolved.ts';

export interface LoadInput {
  /** The file from `--config`; else `DRAGOMAN_CONFIG`, else `gateway.config.ts` in the working directory. */
  readonly file?: string;
  /** What the command line says; it wins over the environment, which wins over the file. */
  readonly flags?: ConfigOverrides;
  /** Default `process.env`. Gains what `.env` beside the config file says and it does not. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly isTerminal?: boolean;
}

/** Loads the config file with `.env` beside it. Throws a {@link ConfigError} with a message for a person. */
export async function loadConfig(input: LoadInput = {}): Promise<ResolvedConfig> {
  const { flags, env = process.env, cwd = process.cwd(), isTerminal = process.stdout.isTTY } = input;
  const file = resolve(cwd, input.file ?? env['DRAGOMAN_CONFIG'] ?? 'gateway.config.ts');
  if (!existsSync(file)) {
    throw new ConfigError(file, [{ path: '', message: 'There is no such file; name another with --config.' }]);
  }
  readDotEnv(dirname(file), env);
  const config = await importConfig(file);
  return resolveConfig(
    config,
    { ...readEnvironment(env), ...flags },
    { file, folder: input.flags?.data === undefined ? dirname(file) : cwd, isTerminal },
  );
}

/** The config file reads the environment while it is imported, so `.env` has to be in it before. */
function readDotEnv(folder: string, env: NodeJS.ProcessEnv): void {
  const file = join(folder, '.env');
  if (!existsSync(file)) return;
  for (const [name, value] of Object.entries(parseEnv(readFileSync(file, 'utf8')))) env[name] ??= value;
}

async function importConfig(file: string): Promise<unknown> {
  let module: { readonly default?: unknown };
  try {
    module = (await import(pathToFileURL(file).href)) as typeof module;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new ConfigError(file, [{ path: '', message: `The file cannot be loaded: ${message}` }], error);
  }
  if (module.default === undefined) {
    throw new ConfigError(file, [{ path: '', message: 'expected `export default defineConfig({ … })`.' }]);
  }
  return module.default;
}
