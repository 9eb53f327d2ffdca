import { resolve as resolvePath } from 'node:path';
import { z } from 'zod';
import { defined } from '../canonical/json.ts';
import { isLoopback } from '../http/loopback.ts';
import type { Plugin } from '../plugin/plugin.ts';
import { createRegistry, type Registry } from '../plugin/registry.ts';
import { ConfigError, type ConfigProblem } from './config-error.ts';
import type { ConfigInput } from './define.ts';
import { problemsOf } from './issues.ts';
import type { ConfigOverrides } from './overrides.ts';
import { parseUpstream } from './parse-upstream.ts';
import type { ResolvedConfig } from './resolved.ts';
import type { UpstreamConfig } from './upstream.ts';

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const pluginSchema = z.custom<Plugin>(
  (value) => typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string',
  'expected a plugin, such as echo(); is the call missing?',
);

/** The file's own fields, each with its default. Upstreams are checked one by one, against their providers. */
const configSchema = z.strictObject({
  plugins: z.array(pluginSchema),
  upstreams: z.array(z.unknown()).default([]),
  server: z
    .strictObject({
      host: z.string().min(1).default('127.0.0.1'),
      port: z.int().min(0).max(65_535).default(8787),
      cors: z.union([z.literal('*'), z.array(z.url())]).default([]),
      bodyLimit: z
        .int()
        .min(1024)
        .default(32 * 1024 * 1024),
      shutdownGraceMs: z.int().min(0).default(30_000),
      keepAliveMs: z.int().min(10).max(15_000).default(15_000),
    })
    .prefault({}),
  auth: z.boolean().default(true),
  data: z.string().min(1).default('./data'),
  log: z
    .strictObject({
      level: z.enum(LEVELS).default('info'),
      format: z.enum(['auto', 'json', 'pretty']).default('auto'),
    })
    .prefault({}),
});

/** Where a configuration comes from, for messages and for paths. */
export interface ConfigSource {
  /** The config file; absent for a plain value. */
  readonly file?: string;
  /** What relative paths start from. Default: the working directory. */
  readonly folder?: string;
  /** Whether a person reads the log. */
  readonly isTerminal?: boolean;
}

/** Completes and checks a configuration. Throws one {@link ConfigError} with everything that is wrong. */
export function resolveConfig(
  input: unknown,
  overrides: ConfigOverrides = {},
  source: ConfigSource = {},
): ResolvedConfig {
  const where = source.file ?? 'the given value';
  const parsed = configSchema.safeParse(withOverrides(input, overrides));
  if (!parsed.success) throw new ConfigError(where, problemsOf(parsed.error));
  const { plugins, server, auth, data, log } = parsed.data;
  const registry = resolveRegistry(plugins, where);
  const { upstreams, problems } = resolveUpstreams(registry, parsed.data.upstreams);
  const all = [...problems, ...checkOpenness({ auth, host: server.host, allowOpen: overrides.allowOpen })];
  if (all.length > 0) throw new ConfigError(where, all);
  const { adminToken, adminPassword, secret } = overrides;
  return defined({
    file: source.file,
    plugins,
    upstreams,
    server,
    auth,
    data: resolvePath(source.folder ?? process.cwd(), data),
    log: { level: log.level, format: logFormat(log.format, source.isTerminal ?? false) },
    admin: defined({ token: adminToken, password: adminPassword }),
    secret,
  });
}

/** Lays flags and environment over the file's values, before anything is checked. */
function withOverrides(input: unknown, overrides: ConfigOverrides): unknown {
  if (typeof input !== 'object' || input === null) return input;
  const { server, log } = input as Partial<ConfigInput>;
  const { host, port, data, auth, logLevel, logFormat: format } = overrides;
  return {
    ...input,
    ...defined({ data, auth }),
    server: { ...server, ...defined({ host, port }) },
    log: { ...log, ...defined({ level: logLevel, format }) },
  };
}

function resolveRegistry(plugins: readonly Plugin[], where: string): Registry {
  try {
    return createRegistry(plugins);
  } catch (error) {
    throw new ConfigError(where, [{ path: 'plugins', message: (error as Error).message }]);
  }
}

interface ResolvedUpstreams {
  readonly upstreams: readonly UpstreamConfig[];
  readonly problems: readonly ConfigProblem[];
}

function resolveUpstreams(registry: Registry, inputs: readonly unknown[]): ResolvedUpstreams {
  const upstreams: UpstreamConfig[] = [];
  const problems: ConfigProblem[] = [];
  for (const [at, input] of inputs.entries()) {
    if (!input) continue;
    const parsed = parseUpstream(registry, input, ['upstreams', at]);
    if ('problems' in parsed) problems.push(...parsed.problems);
    else if (upstreams.some(({ id }) => id === parsed.upstream.id)) {
      problems.push({ path: `upstreams[${at}].id`, message: 'Another upstream has this id; expected a new one.' });
    } else upstreams.push(parsed.upstream);
  }
  return { upstreams, problems };
}

interface Openness {
  readonly auth: boolean;
  readonly host: string;
  readonly allowOpen: boolean | undefined;
}

function checkOpenness({ auth, host, allowOpen }: Openness): readonly ConfigProblem[] {
  if (auth || allowOpen || isLoopback(host)) return [];
  const message = `Without authentication the gateway listens only on loopback, not on ${host}. Use --allow-open to serve everybody who can reach it.`;
  return [{ path: 'auth', message }];
}

function logFormat(format: 'auto' | 'json' | 'pretty', isTerminal: boolean): 'json' | 'pretty' {
  if (format !== 'auto') return format;
  return isTerminal ? 'pretty' : 'json';
}
