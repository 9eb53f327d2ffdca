import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseEnv } from 'node:util';
import { sourceOf } from '../plugin/containment/blame.ts';
import { runAs } from '../plugin/containment/plugin-scope.ts';
import { ConfigError } from '../validation/config-error.ts';
import { type OverrideFlags, readOverrides } from './overrides.ts';
import { resolveConfig } from './resolve.ts';
import type { ResolvedConfig } from './resolved.ts';

/** A file may wait for something else, such as a store of secrets. */
const LONGEST_MS = 30_000;

const DEFAULT_NAME = 'gateway.config.ts';

export interface LoadInput {
  /** The file from `--config`; else `DRAGOMAN_CONFIG`, else `gateway.config.ts` in the working directory. */
  readonly file?: string;
  /** What the command line says; it wins over the environment, which wins over the file. */
  readonly flags?: OverrideFlags;
  /** Default `process.env`. Gains what `.env` beside the config file says and it does not. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly isTerminal?: boolean;
  /** How often it was loaded before: Node keeps what it has imported once. */
  readonly reloads?: number;
  /** How long the file may take. Default 30 seconds. */
  readonly timeoutMs?: number;
}

/** Loads the config file with `.env` beside it. Throws a {@link ConfigError} with a message for a person. */
export async function loadConfig(input: LoadInput = {}): Promise<ResolvedConfig> {
  const { flags = {}, env = process.env, cwd = process.cwd(), isTerminal = process.stdout.isTTY } = input;
  const file = resolve(cwd, input.file ?? (env['DRAGOMAN_CONFIG'] || DEFAULT_NAME));
  if (!existsSync(file)) {
    throw new ConfigError(file, [{ path: '', message: 'there is no such file; name another with --config' }]);
  }
  const folder = dirname(file);
  readDotEnv(folder, env);
  const config = await importConfig(file, input);
  const { value: overrides, problems } = readOverrides({ flags, env, cwd });
  return resolveConfig(config, overrides, { file, folder, isTerminal, problems });
}

/** What the environment itself says wins, but what `.env` said may be said anew. */
const fromDotEnv = new Set<string>();

/** The config file reads the environment while it is imported, so `.env` has to be in it before. */
function readDotEnv(folder: string, env: NodeJS.ProcessEnv): void {
  const file = join(folder, '.env');
  if (!existsSync(file)) return;
  for (const [name, value] of Object.entries(parseEnv(readFileSync(file, 'utf8')))) {
    if (env[name] !== undefined && !fromDotEnv.has(name)) continue;
    env[name] = value;
    fromDotEnv.add(name);
  }
}

async function importConfig(
  file: string,
  { reloads = 0, timeoutMs = LONGEST_MS }: LoadInput,
): Promise<unknown> {
  let module: { readonly default?: unknown };
  try {
    const url = pathToFileURL(file).href + (reloads > 0 ? `?reload=${reloads}` : '');
    // What its plugins leave behind is theirs, although it is not known of which.
    const loading = runAs({ plugin: basename(file) }, async () => (await import(url)) as typeof module);
    module = await inTime(loading, timeoutMs);
  } catch (error) {
    throw new ConfigError(file, [{ path: '', message: describeFailure(error, file) }], error);
  }
  if (module.default === undefined) {
    throw new ConfigError(file, [{ path: '', message: 'expected `export default defineConfig({ … })`' }]);
  }
  return module.default;
}

function describeFailure(error: unknown, file: string): string {
  if (!(error instanceof Error)) return `the file cannot be loaded: ${String(error)}`;
  const line = lineOf(error.stack ?? '', file);
  const source = sourceOf(error, (one) => one === file || one.startsWith(`${file}?`));
  const places = [source !== undefined && `thrown by ${source}`, line !== undefined && `line ${line}`];
  const place = places.filter((one) => one !== false).join(', ');
  return `the file cannot be loaded: ${error.message}${place === '' ? '' : ` (${place})`}`;
}

/** Only the stack knows the line. The source beside it is not shown: it may hold a key. */
function lineOf(stack: string, file: string): string | undefined {
  const places = [pathToFileURL(file).href, file].map((name) => stack.split(name)[1] ?? '');
  return places
    .map((place) => /^(?:\?reload=\d+)?:(\d+)/.exec(place)?.[1])
    .find((line) => line !== undefined);
}

/** What the file waits for may never come. */
async function inTime<T>(loading: Promise<T>, ms: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`it did not load within ${ms} ms; an await in it may never settle`)),
    ms,
  );
  try {
    return await Promise.race([loading, late]);
  } finally {
    clearTimeout(timer);
  }
}
