import { defined, isJsonObject } from '@dragoman/plugin';
import { closestName } from '../text/closest.ts';
import { ConfigError, type ConfigProblem } from '../validation/config-error.ts';
import type { ConfigInput } from './define.ts';
import { listNames } from '../validation/explain.ts';
import type { ConfigOverrides } from './overrides.ts';
import type { ResolvedConfig } from './resolved.ts';
import type { ConfigFields } from './section.ts';
import { resolveAliases } from './sections/aliases.ts';
import { resolveAudit } from './sections/audit.ts';
import { resolveAuth } from './sections/auth.ts';
import { resolveConsole } from './sections/console.ts';
import { resolveConversations } from './sections/conversations.ts';
import { resolveData } from './sections/data.ts';
import { resolveFetch } from './sections/fetch.ts';
import { resolveHooks } from './sections/plugged/hooks.ts';
import { resolveLog } from './sections/log.ts';
import { resolveMetrics } from './sections/metrics.ts';
import { resolvePlugins } from './sections/plugged/plugins.ts';
import { resolveRouting } from './sections/routing.ts';
import { resolvePrices } from './sections/prices.ts';
import { resolveServer } from './sections/server.ts';
import { resolveTraces } from './sections/traces.ts';
import { resolveUpstreams } from './sections/plugged/upstreams.ts';

/** Where a configuration comes from, for messages and relative paths. */
export interface ConfigSource {
  /** The config file; absent for a plain value. */
  readonly file?: string;
  /** The base of relative paths. Default: the working directory. */
  readonly folder?: string;
  /** Whether the log goes to a terminal. */
  readonly isTerminal?: boolean;
  /** Problems found earlier, to be reported with the rest. */
  readonly problems?: readonly ConfigProblem[];
}

/** Completes and checks a configuration. Throws one {@link ConfigError} that lists every problem. */
export function resolveConfig(
  input: unknown,
  overrides: ConfigOverrides = {},
  source: ConfigSource = {},
): ResolvedConfig {
  const { file, folder = process.cwd(), isTerminal = false, problems: known = [] } = source;
  const where = file ?? 'the given value';
  if (!isJsonObject(input)) {
    throw new ConfigError(where, [
      ...known,
      { path: '', message: 'expected the object that defineConfig returns' },
    ]);
  }
  const fields: ConfigFields = input;
  const plugins = resolvePlugins(fields);
  const upstreams = resolveUpstreams(fields, plugins);
  const hooks = resolveHooks(fields, plugins);
  const aliases = resolveAliases(fields);
  const routing = resolveRouting(fields);
  const prices = resolvePrices(fields);
  const server = resolveServer(fields, overrides, folder);
  const consoleAddress = resolveConsole(fields, server.value);
  const auth = resolveAuth(fields, overrides, { server: server.value, console: consoleAddress.value });
  const data = resolveData(fields, overrides, folder);
  const log = resolveLog(fields, overrides, isTerminal);
  const conversations = resolveConversations(fields);
  const fetch = resolveFetch(fields);
  const traces = resolveTraces(fields);
  const metrics = resolveMetrics(fields);
  const audit = resolveAudit(fields);
  const sections = [
    plugins,
    upstreams,
    hooks,
    aliases,
    routing,
    prices,
    server,
    consoleAddress,
    auth,
    data,
    log,
    conversations,
    fetch,
    traces,
    metrics,
    audit,
  ];
  const problems = [...known, ...findUnknown(fields), ...sections.flatMap((section) => section.problems)];
  if (problems.length > 0) throw new ConfigError(where, problems);
  return defined({
    file,
    plugins: plugins.value,
    upstreams: upstreams.value,
    hooks: hooks.value,
    aliases: aliases.value,
    routing: routing.value,
    prices: prices.value,
    server: server.value,
    console: consoleAddress.value,
    auth: auth.value,
    data: data.value,
    log: log.value,
    conversations: conversations.value,
    fetch: fetch.value,
    traces: traces.value,
    metrics: metrics.value,
    audit: audit.value,
    admin: defined({ token: overrides.adminToken, password: overrides.adminPassword }),
    secret: overrides.secret,
  });
}

const FIELDS = Object.keys({
  plugins: true,
  upstreams: true,
  hooks: true,
  aliases: true,
  routing: true,
  prices: true,
  server: true,
  console: true,
  auth: true,
  data: true,
  log: true,
  conversations: true,
  fetch: true,
  traces: true,
  metrics: true,
  audit: true,
} satisfies Record<keyof ConfigInput, true>);

function findUnknown(fields: ConfigFields): readonly ConfigProblem[] {
  const unknown = Object.keys(fields).filter((name) => !FIELDS.includes(name));
  return unknown.map((name) => {
    const close = closestName(name, FIELDS);
    const hint = close === undefined ? `expected ${listNames(FIELDS)}` : `did you mean ${close}?`;
    return { path: name, message: `unknown field; ${hint}` };
  });
}
