import type { Command } from 'commander';
import { withRunningAdmin } from '../admin-client.ts';
import { addCommonFlags, type CommonFlags } from '../flags.ts';
import { printResult } from '../output.ts';

export function addReload(program: Command): void {
  addCommonFlags(
    program.command('reload').description('Reload the config file of the running gateway.'),
  ).action(reload);
}

async function reload({ json, ...flags }: CommonFlags): Promise<void> {
  const result = await withRunningAdmin(flags, (admin) =>
    admin.call<{ readonly waiting: readonly string[] }>('POST', '/reload'),
  );
  const { waiting } = result;
  const rest = waiting.length > 0 ? ` These fields need a restart: ${waiting.join(', ')}.` : '';
  printResult(json, result, () => `The configuration was reloaded.${rest}`);
}
