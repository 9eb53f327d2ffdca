import type { Command } from 'commander';
import { type AttemptRecord, encodeUrlPart, type TraceRecord } from '@dragoman/plugin';
import type { ToolCallPage } from '../../trace/store.ts';
import { withAdmin, withRunningAdmin } from '../admin-client.ts';
import { exportLines } from '../export-lines.ts';
import { addCommonFlags, addConfigFlags, type CommonFlags, type ConfigFlags } from '../flags.ts';
import { formatTable, print, printJson, printResult } from '../output.ts';
import { formatTrace } from './trace-timeline.ts';

interface FilterFlags {
  readonly model?: string;
  readonly upstream?: string;
  readonly key?: string;
  readonly thread?: string;
  readonly outcome?: string;
  readonly error?: string;
  readonly from?: string;
  readonly to?: string;
  readonly tool?: string;
  readonly search?: string;
  readonly requestId?: string;
}

interface ListFlags extends CommonFlags, FilterFlags {
  readonly limit: string;
  readonly sort: string;
}

export function addTraces(program: Command): void {
  const traces = program.command('traces').description('Inspect recorded requests.');
  addFilterFlags(addCommonFlags(traces.command('list').description('List traces, newest first.')))
    .option('--limit <number>', 'how many', '20')
    .option('--sort <field>', 'startedAt, ms, ttftMs, cost or outputTokens, largest first', 'startedAt')
    .action(list);
  addCommonFlags(traces.command('show <id>').description('Show a trace with its timeline.')).action(show);
  addConfigFlags(traces.command('tail').description('Show every request as it ends.')).action(tail);
  addFilterFlags(
    addConfigFlags(traces.command('export').description('Print all traces, one JSON object per line.')),
  )
    .option('--har', 'as an HTTP archive, with the recorded bodies')
    .action(exportAll);
}

function addFilterFlags(command: Command): Command {
  return command
    .option('--model <name>', 'the requested model; * matches any text')
    .option('--upstream <id>', 'the upstream that replied, or failed last')
    .option('--key <name>', 'the name or id of a key')
    .option('--thread <id>', 'the conversation')
    .option('--outcome <outcome>', 'ok, error, aborted, running, interrupted or refused')
    .option('--error <kind>', 'the error kind, such as rate-limit')
    .option('--from <time>', 'at or after, such as 2026-11-21T12:00:00Z')
    .option('--to <time>', 'before')
    .option('--tool <name>', 'replies that call it')
    .option('--request-id <id>', "of the request: the gateway's own, or the client's")
    .option('--search <words>', 'of prompts, replies and calls; a phrase in quotes');
}

function queryOf(
  { model, upstream, key, thread, outcome, error, from, to, tool, search, requestId }: FilterFlags,
  more: object = {},
): string {
  const fields = Object.entries({
    model,
    upstream,
    key,
    thread,
    outcome,
    error,
    from,
    to,
    tool,
    search,
    requestId,
    ...more,
  });
  const given = fields.filter((field): field is [string, string] => typeof field[1] === 'string');
  return given.length > 0 ? `?${new URLSearchParams(given).toString()}` : '';
}

async function list({ json, limit, sort, ...flags }: ListFlags): Promise<void> {
  const path = `/traces${queryOf(flags, { limit, sort })}`;
  const { traces } = await withAdmin(flags, (admin) =>
    admin.call<{ readonly traces: readonly TraceRecord[] }>('GET', path),
  );
  printResult(json, traces, () =>
    formatTable(['time', 'id', 'model', 'upstream', 'outcome', 'ms', 'tokens', 'cost'], traces.map(rowOf)),
  );
}

function rowOf(trace: TraceRecord): readonly string[] {
  const { startedAt, id, model = '', upstream = '', outcome, errorKind, ms, cost } = trace;
  const { inputTokens, outputTokens } = trace;
  return [
    ...[new Date(startedAt).toISOString(), id, model, upstream],
    errorKind === undefined ? outcome : `${outcome} (${errorKind})`,
    String(Math.round(ms)),
    inputTokens === undefined ? '' : `${inputTokens} + ${outputTokens ?? 0}`,
    cost === undefined ? '' : `$${cost.toFixed(4)}`,
  ];
}

async function show(id: string, { json, ...flags }: CommonFlags): Promise<void> {
  const name = encodeUrlPart(id);
  const [trace, { calls }] = await withAdmin(flags, async (admin) => [
    await admin.call<TraceRecord>('GET', `/traces/${name}`),
    await admin.call<ToolCallPage>('GET', `/tool-calls?trace=${name}&limit=500`),
  ]);
  printResult(json, { ...trace, calls }, () => formatTrace(trace, calls.toReversed()));
}

async function tail(flags: ConfigFlags): Promise<void> {
  await withRunningAdmin(flags, async (admin) => {
    for await (const line of admin.lines('/traces/tail')) {
      if (!line.startsWith('data: ')) continue;
      const trace = JSON.parse(line.slice(6)) as TraceRecord | { readonly missed: number };
      if ('missed' in trace) print(`(${trace.missed} more, too many to show)`);
      else if (trace.outcome !== 'running') print(`${rowOf(trace).join('  ')}${attemptsOf(trace.attempts)}`);
    }
  });
}

function attemptsOf(attempts: readonly AttemptRecord[]): string {
  return attempts.length > 1 ? `  ${attempts.length} attempts` : '';
}

async function exportAll({
  har,
  ...flags
}: ConfigFlags & FilterFlags & { readonly har?: true }): Promise<void> {
  const path = `/traces/export${queryOf(flags, har && { format: 'har' })}`;
  await withAdmin(flags, (admin) =>
    exportLines(admin.lines(path), (line) => {
      if (line !== '') printJson(line);
    }),
  );
}
