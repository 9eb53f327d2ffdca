import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { CommandError, type ConfigFlags, withAdmin } from './admin-client.ts';
import { formatTable, printResult } from './output.ts';

interface Flags extends ConfigFlags {
  readonly json?: boolean;
}

interface UpstreamView {
  readonly id: string;
  readonly provider: string;
  readonly enabled: boolean;
  readonly origin: string;
  readonly knownModels: number | null;
  readonly failure: string | null;
}

interface TestResult {
  readonly ok: boolean;
  readonly latencyMs: number;
  readonly models?: readonly string[];
  readonly reply?: string;
  readonly error?: { readonly message: string };
}

export function addUpstreams(program: Command, common: (command: Command) => Command): void {
  const upstreams = program.command('upstreams').description('Manage upstreams.');
  common(upstreams.command('list').description('List the upstreams.')).action(list);
  common(upstreams.command('add <id>').description('Add an upstream.'))
    .requiredOption('--provider <name>', 'the kind of upstream')
    .option(
      '--option <name=value>',
      "one of the provider's options; env:NAME reads a variable, - reads a line of input (repeatable)",
      collectOption,
      {},
    )
    .action(add);
  common(upstreams.command('remove <id>').description('Remove an upstream.')).action(remove);
  common(upstreams.command('test <id>').description('Try an upstream.'))
    .option('--model <name>', 'also ask this model to say something')
    .action(test);
}

async function list({ json, ...flags }: Flags): Promise<void> {
  const upstreams = await withAdmin(flags, (admin) =>
    admin.call<readonly UpstreamView[]>('GET', '/upstreams'),
  );
  printResult(json, upstreams, () =>
    formatTable(
      ['id', 'provider', 'enabled', 'from', 'models'],
      upstreams.map(({ id, provider, enabled, origin, knownModels, failure }) => [
        ...[id, provider, enabled ? 'yes' : 'no', origin],
        failure ?? String(knownModels ?? '?'),
      ]),
    ),
  );
}

interface AddFlags extends Flags {
  readonly provider: string;
  readonly option: Readonly<Record<string, unknown>>;
}

async function add(id: string, { json, provider, option, ...flags }: AddFlags): Promise<void> {
  const body = { id, provider, options: option };
  const added = await withAdmin(flags, (admin) => admin.call<UpstreamView>('POST', '/upstreams', body));
  printResult(json, added, () => `Added the upstream ${id}.`);
}

async function remove(id: string, { json, ...flags }: Flags): Promise<void> {
  await withAdmin(flags, (admin) => admin.call('DELETE', `/upstreams/${encodeURIComponent(id)}`));
  printResult(json, { removed: id }, () => `Removed the upstream ${id}.`);
}

async function test(
  id: string,
  { json, model, ...flags }: Flags & { readonly model?: string },
): Promise<void> {
  const path = `/upstreams/${encodeURIComponent(id)}/test`;
  const result = await withAdmin(flags, (admin) =>
    admin.call<TestResult>('POST', path, model ? { model } : {}),
  );
  if (!result.ok && !json)
    throw new CommandError(`${id} failed: ${result.error?.message ?? 'no reason given'}`);
  printResult(json, result, () => describe(id, result));
  if (!result.ok) process.exitCode = 1;
}

function describe(id: string, { latencyMs, models = [], reply }: TestResult): string {
  const said = reply === undefined ? '' : ` It said: ${JSON.stringify(reply)}`;
  return `${id} works: ${models.length} models in ${Math.round(latencyMs)} ms.${said}`;
}

/** `name=value`, where the value is JSON if it parses as such. Secrets need not be on the command line. */
function collectOption(
  pair: string,
  before: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const equals = pair.indexOf('=');
  if (equals <= 0) throw new InvalidArgumentError('expected name=value');
  return { ...before, [pair.slice(0, equals)]: readValue(pair.slice(equals + 1)) };
}

function readValue(text: string): unknown {
  if (text === '-') return readFileSync(0, 'utf8').split('\n', 1)[0];
  if (text.startsWith('env:')) {
    const value = process.env[text.slice('env:'.length)];
    if (value === undefined)
      throw new InvalidArgumentError(`the variable ${text.slice('env:'.length)} is not set`);
    return value;
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
