import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { encodeUrlPart } from '@dragoman/plugin';
import { withAdmin } from '../admin-client.ts';
import { CommandError } from '../command-error.ts';
import { addCommonFlags, type CommonFlags } from '../flags.ts';
import { addPauses } from './health.ts';
import { readOptions } from '../option-values.ts';
import { formatTable, printResult } from '../output.ts';

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

export function addUpstreams(program: Command): void {
  const upstreams = program.command('upstreams').description('Manage upstreams.');
  addCommonFlags(upstreams.command('list').description('List the upstreams.')).action(list);
  addCommonFlags(upstreams.command('add <id>').description('Add an upstream.'))
    .requiredOption('--provider <name>', 'the kind of upstream')
    .option(
      '--option <name=value>',
      'a provider option; env:NAME reads a variable, - a line of input (repeatable)',
      (pair: string, before: readonly string[]) => [...before, pair],
      [],
    )
    .action(add);
  addCommonFlags(upstreams.command('remove <id>').description('Remove an upstream.')).action(remove);
  addPauses(upstreams);
  addCommonFlags(upstreams.command('test <id>').description('Test an upstream.'))
    .option('--model <name>', 'also send this model a test message')
    .action(test);
}

async function list({ json, ...flags }: CommonFlags): Promise<void> {
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

interface AddFlags extends CommonFlags {
  readonly provider: string;
  readonly option: readonly string[];
}

async function add(id: string, { json, provider, option, ...flags }: AddFlags): Promise<void> {
  // The variables of `.env` are available only after the configuration is loaded.
  const added = await withAdmin(flags, async (admin) => {
    const options = await readOptions(option, { env: process.env, readLine: inputLines() });
    return admin.call<UpstreamView>('POST', '/upstreams', { id, provider, options });
  });
  printResult(json, added, () => `Added the upstream ${id}.`);
}

/** Reads standard input line by line, and only if a line is needed. */
function inputLines(): () => Promise<string | undefined> {
  let lines: NodeJS.AsyncIterator<string> | undefined;
  return async () => {
    lines ??= createInterface({ input: process.stdin })[Symbol.asyncIterator]();
    const { value, done } = await lines.next();
    // Otherwise an open terminal would keep the finished command waiting.
    process.stdin.unref();
    return done ? undefined : value;
  };
}

async function remove(id: string, { json, ...flags }: CommonFlags): Promise<void> {
  await withAdmin(flags, (admin) => admin.call('DELETE', `/upstreams/${encodeUrlPart(id)}`));
  printResult(json, { removed: id }, () => `Removed the upstream ${id}.`);
}

interface TestFlags extends CommonFlags {
  readonly model?: string;
}

async function test(id: string, { json, model, ...flags }: TestFlags): Promise<void> {
  const path = `/upstreams/${encodeUrlPart(id)}/test`;
  const body = model === undefined ? {} : { model };
  const result = await withAdmin(flags, (admin) => admin.call<TestResult>('POST', path, body));
  if (!result.ok && !json)
    throw new CommandError(`${id} failed: ${result.error?.message ?? 'no reason given'}`);
  printResult(json, result, () => describe(id, result));
  if (!result.ok) process.exitCode = 1;
}

function describe(id: string, { latencyMs, models = [], reply }: TestResult): string {
  const said = reply === undefined ? '' : ` It said: ${JSON.stringify(reply)}`;
  return `${id} works: ${models.length} models in ${Math.round(latencyMs)} ms.${said}`;
}
