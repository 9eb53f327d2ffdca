import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Command } from 'commander';
import writeFileAtomic from 'write-file-atomic';
import { findConfig } from '../../../../config/find-config.ts';
import { CommandError } from '../../../command-error.ts';
import { addConfigFlags, type ConfigFlags } from '../../../flags.ts';
import { print } from '../../../output.ts';
import { importFrom } from '../import-from.ts';
import { editConfig } from './edit-config.ts';

interface AddFlags extends ConfigFlags {
  readonly factory?: string;
  readonly install: boolean;
}

export function addPluginsAdd(plugins: Command): void {
  addConfigFlags(
    plugins
      .command('add <package>')
      .description(
        'Install a plugin with the package manager of the project, and add it to the config file.',
      ),
  )
    .option('--factory <name>', 'which export of the package to add, if it has several')
    .option('--no-install', 'the package is already installed')
    .action(add);
}

async function add(wanted: string, { config, factory, install }: AddFlags): Promise<void> {
  const { file, exists } = findConfig(config === undefined ? {} : { file: config });
  const folder = dirname(file);
  if (!exists) throw new CommandError(`There is no config file ${file}; start one with: npm create dragoman`);
  const before = dependenciesOf(folder);
  if (install) await installPackage(wanted, folder);
  const installed = dependenciesOf(folder).find((name) => !before.includes(name));
  const packageName = installed ?? nameIn(wanted);
  const plugin = { packageName, factory: factory ?? (await findFactory(packageName, folder)) };
  const edited = editConfig(readFileSync(file, 'utf8'), plugin);
  if ('problem' in edited) {
    throw new CommandError(
      `${basename(file)} was not edited, because ${edited.problem}. Add these by hand: ` +
        `import { ${plugin.factory} } from '${packageName}'; and ${plugin.factory}() in plugins.`,
    );
  }
  await writeFileAtomic(file, edited.text);
  print(`Added ${plugin.factory}() of ${packageName} to ${basename(file)}.`);
}

/** Each package manager is known by its lock file. */
const MANAGERS = [
  { lock: 'pnpm-lock.yaml', command: ['pnpm', 'add'] },
  { lock: 'yarn.lock', command: ['yarn', 'add'] },
  { lock: 'bun.lock', command: ['bun', 'add'] },
] as const;

async function installPackage(wanted: string, folder: string): Promise<void> {
  const found = MANAGERS.find(({ lock }) => existsSync(join(folder, lock)));
  const [command, ...args] = found?.command ?? ['npm', 'install'];
  const child = spawn(command, [...args, '--', wanted], { cwd: folder, stdio: 'inherit' });
  const [code] = (await once(child, 'exit').catch(() => [undefined])) as [number | null | undefined];
  if (code !== 0)
    throw new CommandError(`${command} could not install ${wanted}; the config file is unchanged.`);
}

/** A name, without the version that may follow it. */
const nameIn = (wanted: string): string => /^(?:@[^/]+\/)?[^/@]+/.exec(wanted)?.[0] ?? wanted;

function dependenciesOf(folder: string): readonly string[] {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return [];
  const { dependencies = {} } = JSON.parse(readFileSync(file, 'utf8')) as { readonly dependencies?: object };
  return Object.keys(dependencies);
}

/** The only function that a package exports: the factory of its plugin. */
async function findFactory(packageName: string, folder: string): Promise<string> {
  const exported = await importFrom(folder, packageName).catch((error: unknown) => {
    throw new CommandError(`${packageName} cannot be imported: ${String(error)}`, error);
  });
  const names = Object.keys(exported).filter((name) => typeof exported[name] === 'function');
  const [only] = names;
  if (only !== undefined && names.length === 1) return only;
  const which = names.length === 0 ? 'no function' : names.join(', ');
  throw new CommandError(`${packageName} exports ${which}. Name the plugin with --factory.`);
}
