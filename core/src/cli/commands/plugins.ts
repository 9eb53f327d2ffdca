import type { Command } from 'commander';
import { withAdmin } from '../admin-client.ts';
import { addCommonFlags, type CommonFlags } from '../flags.ts';
import { addPluginsAdd } from './plugin/add/add.ts';
import { formatTable, printResult } from '../output.ts';

/** A plugin as the admin API shows it. */
export interface PluginView {
  readonly name: string;
  readonly version: string | null;
  readonly apiVersion: number | null;
  readonly protocols: readonly string[];
  readonly providers: readonly string[];
  readonly hooks: readonly string[];
  readonly toolFormats: readonly string[];
  readonly observes: boolean;
  readonly countsTokens: boolean;
  readonly state: 'ok' | 'failing';
  readonly lastError: { readonly at: string; readonly message: string; readonly upstream?: string } | null;
}

export function addPlugins(program: Command): void {
  const plugins = program.command('plugins').description('Show and add plugins of the configuration.');
  addCommonFlags(
    plugins
      .command('list')
      .description('List the plugins: their versions, what they contribute, and their last errors.'),
  ).action(list);
  addPluginsAdd(plugins);
}

async function list({ json, ...flags }: CommonFlags): Promise<void> {
  const plugins = await withAdmin(flags, (admin) => admin.call<readonly PluginView[]>('GET', '/plugins'));
  printResult(json, plugins, () => {
    const table = formatTable(
      ['plugin', 'version', 'API', 'contributes', 'state'],
      plugins.map((plugin) => [
        ...[plugin.name, plugin.version ?? 'unknown', String(plugin.apiVersion ?? 'unknown')],
        ...[contributions(plugin).join('; '), plugin.state],
      ]),
    );
    const errors = plugins.flatMap((plugin) => {
      const error = describeError(plugin);
      return error === undefined ? [] : [`${plugin.name}, ${error}`];
    });
    return [...table, ...errors];
  });
}

function contributions({ observes, countsTokens, ...plugin }: PluginView): readonly string[] {
  const named = [
    ['protocols', plugin.protocols],
    ['providers', plugin.providers],
    ['hooks', plugin.hooks],
    ['tool formats', plugin.toolFormats],
  ] as const;
  return [
    ...named.flatMap(([what, names]) => (names.length > 0 ? [`${what}: ${names.join(', ')}`] : [])),
    ...(countsTokens ? ['tokenizers'] : []),
    ...(observes ? ['an observer'] : []),
  ];
}

/** The last error of a plugin: when, where and what. */
export function describeError({ lastError }: PluginView): string | undefined {
  if (!lastError) return undefined;
  const { at, message, upstream } = lastError;
  return `${at}${upstream === undefined ? '' : `, upstream ${upstream}`}: ${message}`;
}
