import type { Command } from 'commander';
import { withRunningAdmin } from '../admin-client.ts';
import { addCommonFlags, type CommonFlags } from '../flags.ts';
import { printResult } from '../output.ts';

export function addSignInLink(program: Command): void {
  addCommonFlags(
    program
      .command('sign-in-link')
      .description('Create a one-time link that signs a browser in to the console.'),
  ).action(makeLink);
}

async function makeLink({ json, ...flags }: CommonFlags): Promise<void> {
  const made = await withRunningAdmin(flags, (admin) =>
    admin.call<{ readonly url: string }>('POST', '/sign-in-links'),
  );
  printResult(json, made, () => made.url);
}
