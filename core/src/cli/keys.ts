import type { Command } from 'commander';
import { CommandError, type ConfigFlags, withAdmin } from './admin-client.ts';
import { formatTable, printResult } from './output.ts';

interface Flags extends ConfigFlags {
  readonly json?: boolean;
}

interface KeyView {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly enabled: boolean;
  readonly createdAt: string;
  readonly expiresAt?: string;
  readonly models?: readonly string[];
}

export function addKeys(program: Command, common: (command: Command) => Command): void {
  const keys = program.command('keys').description("Manage the clients' keys.");
  common(keys.command('list').description('List the keys.')).action(list);
  common(keys.command('create <name>').description('Make a key; it is shown this once.'))
    .option('--expires <time>', 'when it ends, such as 2027-01-31T00:00:00Z')
    .option('--models <names>', 'the models that it may use, separated by commas; * stands for any text')
    .option('--upstreams <ids>', 'the upstreams that may serve it, separated by commas')
    .action(create);
  common(
    keys.command('revoke <key>').description('Revoke a key, named by its id or its first characters.'),
  ).action(revoke);
}

async function list({ json, ...flags }: Flags): Promise<void> {
  const keys = await withAdmin(flags, (admin) => admin.call<readonly KeyView[]>('GET', '/keys'));
  printResult(json, keys, () =>
    formatTable(
      ['name', 'key', 'enabled', 'expires', 'models', 'id'],
      keys.map(({ id, name, prefix, enabled, expiresAt, models }) => [
        ...[
          name,
          `${prefix}…`,
          enabled ? 'yes' : 'no',
          expiresAt ?? 'never',
          models?.join(', ') ?? 'all',
          id,
        ],
      ]),
    ),
  );
}

interface CreateFlags extends Flags {
  readonly expires?: string;
  readonly models?: string;
  readonly upstreams?: string;
}

async function create(
  name: string,
  { json, expires, models, upstreams, ...flags }: CreateFlags,
): Promise<void> {
  const body = {
    name,
    ...(expires !== undefined && { expiresAt: expires }),
    ...(models !== undefined && { models: models.split(',') }),
    ...(upstreams !== undefined && { upstreams: upstreams.split(',') }),
  };
  const made = await withAdmin(flags, (admin) =>
    admin.call<{ readonly secret: string }>('POST', '/keys', body),
  );
  printResult(json, made, () => made.secret);
}

async function revoke(wanted: string, { json, ...flags }: Flags): Promise<void> {
  const key = await withAdmin(flags, async (admin) => {
    const all = await admin.call<readonly KeyView[]>('GET', '/keys');
    const found = all.filter(
      ({ id, prefix }) => id === wanted || wanted.startsWith(prefix) || prefix === wanted,
    );
    const [only] = found;
    if (!only || found.length > 1) {
      throw new CommandError(
        `${found.length === 0 ? 'No key is' : 'Several keys are'} named ${JSON.stringify(wanted.slice(0, 13))}; take its id from: dragoman keys list`,
      );
    }
    await admin.call('DELETE', `/keys/${only.id}`);
    return only;
  });
  printResult(json, { revoked: key.id }, () => `Revoked the key ${key.name} (${key.prefix}…).`);
}
