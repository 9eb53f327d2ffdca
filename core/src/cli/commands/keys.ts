import type { Command } from 'commander';
import { defined } from '@dragoman/plugin';
import { withAdmin } from '../admin-client.ts';
import { CommandError } from '../command-error.ts';
import { addCommonFlags, type CommonFlags } from '../flags.ts';
import { formatTable, printResult } from '../output.ts';

interface KeyView {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly enabled: boolean;
  readonly createdAt: string;
  readonly expiresAt?: string;
  readonly models?: readonly string[];
  readonly relay?: string;
}

export function addKeys(program: Command): void {
  const keys = program.command('keys').description("Manage the clients' keys.");
  addCommonFlags(keys.command('list').description('List the keys.')).action(list);
  addCommonFlags(keys.command('create <name>').description('Create a key; it is shown only once.'))
    .option('--expires <time>', 'when it expires, such as 2027-01-31T00:00:00Z')
    .option('--models <names>', 'the models that it may use, separated by commas; * matches any text')
    .option('--upstreams <ids>', 'the upstreams that may serve it, separated by commas')
    .option('--relay <level>', 'other upstream APIs it may call: off, stateless (default) or all')
    .option('--traces <level>', 'what is recorded of its requests: full, no-bodies or off')
    .option('--memory', 'keep threads and send their history along')
    .option(
      '--limit <name=number>',
      'such as requestsPerMinute=60, tokensPerDay=1000000 or costPerMonth=20 (repeatable)',
      (pair: string, before: readonly string[]) => [...before, pair],
      [],
    )
    .action(create);
  addCommonFlags(
    keys.command('revoke <key>').description('Revoke a key by its id or its first characters.'),
  ).action(revoke);
}

async function list({ json, ...flags }: CommonFlags): Promise<void> {
  const keys = await withAdmin(flags, (admin) => admin.call<readonly KeyView[]>('GET', '/keys'));
  printResult(json, keys, () =>
    formatTable(
      ['name', 'key', 'enabled', 'expires', 'models', 'relay', 'id'],
      keys.map(({ id, name, prefix, enabled, expiresAt = 'never', models, relay = 'stateless' }) => [
        ...[name, `${prefix}…`, enabled ? 'yes' : 'no', expiresAt, models?.join(', ') ?? 'all', relay, id],
      ]),
    ),
  );
}

interface CreateFlags extends CommonFlags {
  readonly expires?: string;
  readonly models?: string;
  readonly upstreams?: string;
  readonly relay?: string;
  readonly traces?: string;
  readonly memory?: boolean;
  readonly limit: readonly string[];
}

async function create(name: string, { json, ...flags }: CreateFlags): Promise<void> {
  const { expires: expiresAt, models, upstreams, relay, traces, memory, limit, ...common } = flags;
  const body = defined({
    name,
    expiresAt,
    models: splitNames(models),
    upstreams: splitNames(upstreams),
    relay,
    traces,
    thread: memory ? { memory } : undefined,
    limits: limit.length > 0 ? readLimits(limit) : undefined,
  });
  const made = await withAdmin(common, (admin) =>
    admin.call<{ readonly secret: string }>('POST', '/keys', body),
  );
  printResult(json, made, () => made.secret);
}

function readLimits(pairs: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = '', value = ''] = pair.split('=');
      if (value === '' || !(Number(value) >= 0)) throw new CommandError('Every --limit must be name=number.');
      return [name, Number(value)];
    }),
  );
}

function splitNames(list: string | undefined): readonly string[] | undefined {
  return list?.split(',').map((name) => name.trim());
}

async function revoke(wanted: string, { json, ...flags }: CommonFlags): Promise<void> {
  const key = await withAdmin(flags, async (admin) => {
    const found = findKey(await admin.call<readonly KeyView[]>('GET', '/keys'), wanted);
    await admin.call('DELETE', `/keys/${found.id}`);
    return found;
  });
  printResult(json, { revoked: key.id }, () => `Revoked the key ${key.name} (${key.prefix}…).`);
}

/** By its id, its visible prefix or the whole key. */
function findKey(keys: readonly KeyView[], wanted: string): KeyView {
  const [found, other] = keys.filter(({ id, prefix }) => id === wanted || wanted.startsWith(prefix));
  if (found && !other) return found;
  // The argument may be a whole key: it is not repeated.
  throw new CommandError(
    `${found ? 'Several keys match' : 'No key matches'}; use an id from: dragoman keys list`,
  );
}
