import type { Command } from 'commander';
import type { AuditPage, AuditRow } from '../../audit/list.ts';
import { type AuditReport, verifyAudit } from '../../audit/verify.ts';
import { loadConfig } from '../../config/load.ts';
import { readRunFile } from '../../state/files/run-file.ts';
import { withAdmin } from '../admin-client.ts';
import { exportLines } from '../export-lines.ts';
import { addCommonFlags, type CommonFlags, loadInput } from '../flags.ts';
import { formatTable, printJson, printResult } from '../output.ts';

export function addAudit(program: Command): void {
  const audit = program.command('audit').description('Inspect what administrators did.');
  addCommonFlags(audit.command('list').description('List the newest entries.'))
    .option('--actor <who>', 'a kind of actor, the id of a sign-in, or an address')
    .option('--operation <text>', 'part of an operation, such as /upstreams')
    .option('--target <text>', 'part of a target, such as /upstreams/local')
    .option('--from <time>', 'the earliest time, such as 2026-11-30T00:00:00Z')
    .option('--to <time>', 'the latest time')
    .option('--limit <number>', 'how many entries', '50')
    .action(list);
  addCommonFlags(
    audit.command('verify').description('Check that no entry was changed, removed or added.'),
  ).action(verify);
  addCommonFlags(
    audit.command('export').description('Print all entries as stored, one JSON object per line.'),
  ).action(exportAll);
}

interface ListFlags extends CommonFlags {
  readonly actor?: string;
  readonly operation?: string;
  readonly target?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit: string;
}

async function list({ json, config, data, ...query }: ListFlags): Promise<void> {
  const path = `/audit?${new URLSearchParams({ ...query }).toString()}`;
  const page = await withAdmin({ ...(config && { config }), ...(data && { data }) }, (admin) =>
    admin.call<AuditPage>('GET', path),
  );
  printResult(json, page, () =>
    formatTable(['time', 'who', 'operation', 'target', 'outcome'], page.entries.map(rowOf)),
  );
}

function rowOf({ at, actor, operation, target = '', outcome, reason }: AuditRow): readonly string[] {
  const { kind, id, address } = actor;
  const who = [kind, id, address].filter((part) => part !== undefined).join(' ');
  return [at, who, operation, target, reason === undefined ? outcome : `${outcome}: ${reason}`];
}

/** Reads the files if no gateway is running, because starting one would write to the log. */
async function verify({ json, ...flags }: CommonFlags): Promise<void> {
  const { data } = await loadConfig(loadInput(flags));
  const report = (await readRunFile(data))
    ? await withAdmin(flags, (admin) => admin.call<AuditReport>('GET', '/audit/verify'))
    : await verifyAudit(data);
  printResult(json, report, () => describe(report));
  if (!report.ok) process.exitCode = 1;
}

function describe({ ok, entries, firstSeq, head, torn, problems }: AuditReport): readonly string[] {
  if (!head) return ['The audit log is empty.'];
  return [
    ok ? `The audit log is intact: ${entries} entries.` : 'The audit log was tampered with, or is damaged.',
    ...problems.map(({ file, line, message }) => `  ${file}:${line}: ${message}`),
    ...(firstSeq !== null && firstSeq > 1 ? [`Entries before ${firstSeq} were removed as too old.`] : []),
    ...(torn
      ? ['The last line is incomplete, as after a crash; the next start removes and reports it.']
      : []),
    `Head: entry ${head.seq}, hash ${head.hash}`,
  ];
}

async function exportAll({ json: _, ...flags }: CommonFlags): Promise<void> {
  await withAdmin(flags, (admin) =>
    exportLines(admin.lines('/audit/export'), (line) => {
      // A file gets the exact bytes that were hashed.
      if (process.stdout.isTTY) printJson(line);
      else process.stdout.write(`${line}\n`);
    }),
  );
}
