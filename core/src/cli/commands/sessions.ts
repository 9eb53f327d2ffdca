import type { Command } from 'commander';
import { encodeUrlPart } from '@dragoman/plugin';
import { withRunningAdmin } from '../admin-client.ts';
import { CommandError } from '../command-error.ts';
import { addCommonFlags, type CommonFlags } from '../flags.ts';
import { formatTable, printResult } from '../output.ts';

interface SignInView {
  readonly id: string;
  readonly method: string;
  readonly address: string;
  readonly userAgent: string;
  readonly createdAt: string;
  readonly lastUsedAt: string;
}

export function addSessions(program: Command): void {
  const sessions = program
    .command('sessions')
    .description('Manage the browsers that are signed in to the console.');
  addCommonFlags(sessions.command('list').description('List the sign-ins.')).action(list);
  addCommonFlags(sessions.command('end [id]').description('Sign out a browser by the id of its sign-in.'))
    .option('--all', 'sign all out, and revoke unused sign-in links')
    .action(end);
}

async function list({ json, ...flags }: CommonFlags): Promise<void> {
  const all = await withRunningAdmin(flags, (admin) => admin.call<readonly SignInView[]>('GET', '/sessions'));
  printResult(json, all, () =>
    formatTable(
      ['signed in', 'last used', 'by', 'address', 'browser', 'id'],
      all.map(({ id, method, address, userAgent, createdAt, lastUsedAt }) => [
        ...[createdAt, lastUsedAt, method, address, userAgent, id],
      ]),
    ),
  );
}

interface EndFlags extends CommonFlags {
  readonly all?: boolean;
}

async function end(id: string | undefined, { json, all = false, ...flags }: EndFlags): Promise<void> {
  if ((id === undefined) !== all)
    throw new CommandError('Pass the id of a sign-in, or --all; list ids with: dragoman sessions list');
  const { ended } = await withRunningAdmin(flags, async (admin) => {
    if (id === undefined) return admin.call<{ readonly ended: number }>('DELETE', '/sessions');
    await admin.call('DELETE', `/sessions/${encodeUrlPart(id)}`);
    return { ended: 1 };
  });
  printResult(json, { ended }, () => (ended === 1 ? 'Ended 1 sign-in.' : `Ended ${ended} sign-ins.`));
}
