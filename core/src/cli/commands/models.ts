import type { Command } from 'commander';
import { withAdmin } from '../admin-client.ts';
import { addCommonFlags, type CommonFlags } from '../flags.ts';
import { formatTable, printResult } from '../output.ts';

interface ModelList {
  readonly models: readonly { readonly id: string; readonly upstreams: readonly string[] }[];
  readonly failures: readonly { readonly upstream: string; readonly message: string }[];
}

export function addModels(program: Command): void {
  addCommonFlags(program.command('models').description('List the models and their upstreams.')).action(list);
}

async function list({ json, ...flags }: CommonFlags): Promise<void> {
  const result = await withAdmin(flags, (admin) => admin.call<ModelList>('GET', '/models'));
  printResult(json, result, () => {
    const table = formatTable(
      ['model', 'upstreams'],
      result.models.map(({ id, upstreams }) => [id, upstreams.join(', ')]),
    );
    const failures = result.failures.map(
      ({ upstream, message }) => `${upstream} cannot list its models: ${message}`,
    );
    return [...table, ...failures];
  });
}
