import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseEnv } from 'node:util';
import { sourceOf } from '../registry/containment/attribution.ts';
import { runAs } from '../registry/containment/plugin-scope.ts';
import { ConfigError } from '../validation/config-error.ts';
import { type FindInput, findConfig } from './find-config.ts';
import { localModules } from './local-modules.ts';
import { type OverrideFlags, readOverrides } from './overrides.ts';
import { resolveConfig } from './resolve.ts';
import type { ResolvedConfig } from './resolved.ts';

/** A config file may await something, such as a secret store. */
const LONGEST_MS = 30_000;

export interface LoadInput extends FindInput {
  /** Command line options; they override the environment, which overrides the file. */
  readonly flags?: OverrideFlags;
  /** Default `process.env`. Variables from the `.env` beside the config file are added to it. */
  readonly env?: NodeJS.ProcessEnv;
  readonly isTerminal?: boolean;
  /** How long the file may take to load. Default 30 seconds. */
  readonly timeoutMs?: number;
}

/**
 * Loads the config file, with the `.env` beside it, and reloads the files that it imports by their paths if they have
 * changed. Throws a readable {@link ConfigError}.
 */
export async function loadConfig(input: LoadInput = {}): Promise<ResolvedConfig> {
  const { flags = {}, env = process.env, cwd = process.cwd(), isTerminal = process.stdout.isTTY } = input;
  const { file, exists, isNamed } = findConfig({ ...input, env, cwd });
  if (!exists) {
    const remedy = isNamed
      ? 'name another with --config'
      : 'name one with --config, or let `dragoman` write one';
    throw new ConfigError(file, [{ path: '', message: `the file does not exist; ${remedy}` }]);
  }
  const folder = dirname(file);
  const { hasChanged } = readDotEnv(folder, env);
  const config = await importConfig(file, { ...input, all: hasChanged });
  const { value: overrides, problems } = readOverrides({ flags, env, cwd });
  return resolveConfig(config, overrides, { file, folder, isTerminal, problems });
}

/** The environment's own variables win, but those from an earlier `.env` may be replaced. */
const fromDotEnv = new Set<string>();

/** The texts that were read, by file. */
const lastRead = new Map<string, string>();

/** The config file reads the environment while it is imported, so `.env` has to be loaded first. */
function readDotEnv(folder: string, env: NodeJS.ProcessEnv): { readonly hasChanged: boolean } {
  const file = join(folder, '.env');
  if (!existsSync(file)) return { hasChanged: false };
  const text = readFileSync(file, 'utf8');
  const hasChanged = lastRead.get(file) !== text;
  lastRead.set(file, text);
  for (const [name, value] of Object.entries(parseEnv(text))) {
    if (env[name] !== undefined && !fromDotEnv.has(name)) continue;
    env[name] = value;
    fromDotEnv.add(name);
  }
  return { hasChanged };
}

async function importConfig(
  file: string,
  { all, timeoutMs = LONGEST_MS }: LoadInput & { readonly all: boolean },
): Promise<unknown> {
  let module: { readonly default?: unknown };
  try {
    const modules = localModules(file);
    const url = modules.renew({ all });
    // What plugins leave behind is attributed to them, though not to which.
    const loading = runAs({ plugin: basename(file) }, async () => (await import(url)) as typeof module);
    module = await inTime(loading, timeoutMs);
    modules.loaded();
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

/** Only the stack has the line. The source code in it is not shown: it may contain a key. */
function lineOf(stack: string, file: string): string | undefined {
  const places = [pathToFileURL(file).href, file].map((name) => stack.split(name)[1] ?? '');
  return places
    .map((place) => /^(?:\?reload=\d+)?:(\d+)/.exec(place)?.[1])
    .find((line) => line !== undefined);
}

/** Bounds the load: an await in the file may never settle. */
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
