import type { Command } from 'commander';
import { defined, encodeUrlPart } from '@dragoman/plugin';
import { withAdmin } from '../admin-client.ts';
import { CommandError } from '../command-error.ts';
import { addCommonFlags, type CommonFlags } from '../flags.ts';
import { formatTable, printResult } from '../output.ts';

interface AliasView {
  readonly name: string;
  readonly enabled: boolean;
  readonly origin: string;
  readonly policy?: string;
  readonly candidates: readonly {
    readonly upstream?: string;
    readonly model: string;
    readonly weight?: number;
  }[];
}

export function addAliases(program: Command): void {
  const aliases = program.command('aliases').description('Manage aliases for models.');
  addCommonFlags(aliases.command('list').description('List the aliases.')).action(list);
  addCommonFlags(
    aliases
      .command('set <name> <candidates...>')
      .description('Set the candidates of an alias: upstream/model or model, with an optional =weight.'),
  )
    .option('--policy <name>', 'how to choose among candidates, such as order, weighted or affinity')
    .option('--fallbacks <names>', 'models to try if all candidates failed, separated by commas')
    .action(set);
  addCommonFlags(aliases.command('remove <name>').description('Remove an alias.')).action(remove);
}

async function list({ json, ...flags }: CommonFlags): Promise<void> {
  const aliases = await withAdmin(flags, (admin) => admin.call<readonly AliasView[]>('GET', '/aliases'));
  printResult(json, aliases, () =>
    formatTable(
      ['name', 'enabled', 'from', 'policy', 'candidates'],
      aliases.map(({ name, enabled, origin, policy = 'default', candidates }) => [
        ...[name, enabled ? 'yes' : 'no', origin, policy],
        candidates.map(describe).join(', '),
      ]),
    ),
  );
}

function describe({ upstream, model, weight }: AliasView['candidates'][number]): string {
  return `${upstream === undefined ? '' : `${upstream}/`}${model}${weight === undefined ? '' : `=${weight}`}`;
}

interface SetFlags extends CommonFlags {
  readonly policy?: string;
  readonly fallbacks?: string;
}

async function set(name: string, candidates: readonly string[], flags: SetFlags): Promise<void> {
  const { json, policy, fallbacks, ...common } = flags;
  const body = defined({
    name,
    policy,
    candidates: candidates.map(readCandidate),
    fallbacks:
      fallbacks === undefined ? undefined : { default: fallbacks.split(',').map((each) => each.trim()) },
  });
  const alias = await withAdmin(common, (admin) => admin.call<AliasView>('PUT', '/aliases', body));
  printResult(json, alias, () => `${name} now routes to ${alias.candidates.map(describe).join(', ')}.`);
}

/** The part before the first slash is an upstream; a model whose name has a slash needs its upstream, too. */
function readCandidate(text: string): object {
  const [, upstream, model, weight] = /^(?:([^/=]+)\/)?([^=]+)(?:=(.+))?$/.exec(text) ?? [];
  if (model === undefined || (weight !== undefined && !(Number(weight) >= 0))) {
    throw new CommandError(`Expected upstream/model=weight, found ${JSON.stringify(text)}.`);
  }
  return defined({ upstream, model, weight: weight === undefined ? undefined : Number(weight) });
}

async function remove(name: string, { json, ...flags }: CommonFlags): Promise<void> {
  await withAdmin(flags, (admin) => admin.call('DELETE', `/aliases/${encodeUrlPart(name)}`));
  printResult(json, { removed: name }, () => `Removed the alias ${name}.`);
}
