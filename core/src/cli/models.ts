import type { Command } from 'commander';
import { type ConfigFlags, withAdmin } from './admin-client.ts';
import { formatTable, printResult } from './output.ts';

interface ModelList {
  readonly models: readonly { readonly id: string; readonly upstreams: readonly string[] }[];
  readonly failures: readonly { readonly upstream: string; readonly message: string }[];
}

export function addModels(program: Command, common: (command: Command) => Command): void {
  common(program.command('models').description('List the models and who serves them.')).action(list);
  common(
    program.command('sign-in-link').description('Make a link that signs a browser in to the console, once.'),
  ).action(link);
}

async function list({ json, ...flags }: ConfigFlags & { readonly json?: boolean }): Promise<void> {
  const result = await withAdmin(flags, (admin) => admin.call<ModelList>('GET', '/models'));
  printResult(json, result, () => {
    const table = formatTable(
      ['model', 'upstreams'],
      result.models.map(({ id, upstreams }) => [id, upstreams.join(', ')]),
    );
    const failures = result.failures.map(
      ({ upstream, message }) => `${upstream} cannot tell its models: ${message}`,
    );
    return [table, ...failures].join('\n');
  });
}

async function link({ json, ...flags }: ConfigFlags & { readonly json?: boolean }): Promise<void> {
  const made = await withAdmin(flags, (admin) =>
    admin.call<{ readonly url: string }>('POST', '/sign-in-links'),
  );
  printResult(json, made, () => made.url);
}
