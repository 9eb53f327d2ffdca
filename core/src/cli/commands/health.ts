import type { Command } from 'commander';
import { encodeUrlPart } from '@dragoman/plugin';
import { withAdmin } from '../admin-client.ts';
import { addCommonFlags, type CommonFlags } from '../flags.ts';
import { formatTable, printResult } from '../output.ts';

interface HealthView {
  readonly upstream: string;
  readonly model: string;
  readonly operation: string;
  readonly state: string;
  readonly reason: string | null;
  readonly until: string | null;
  readonly running: number;
  readonly latencyMs: number | null;
}

export function addHealth(program: Command): void {
  addCommonFlags(
    program
      .command('health')
      .description('Show which upstreams are in use or cooling down, why, and until when.'),
  ).action(show);
}

/** The commands of `upstreams` that pause and resume one. */
export function addPauses(upstreams: Command): void {
  addCommonFlags(upstreams.command('pause <id>').description('Pause an upstream for a while.'))
    .option('--seconds <number>', 'for how long', '3600')
    .action((id: string, { seconds, ...flags }: CommonFlags & { readonly seconds: string }) =>
      post(`/upstreams/${encodeUrlPart(id)}/pause`, { seconds: Number(seconds) }, flags),
    );
  addCommonFlags(
    upstreams.command('resume <id>').description('End a pause and clear the failures of an upstream.'),
  ).action((id: string, flags: CommonFlags) =>
    post(`/upstreams/${encodeUrlPart(id)}/resume`, undefined, flags),
  );
}

async function show({ json, ...flags }: CommonFlags): Promise<void> {
  const rows = await withAdmin(flags, (admin) => admin.call<readonly HealthView[]>('GET', '/health'));
  printResult(json, rows, () => format(rows));
}

async function post(path: string, body: object | undefined, { json, ...flags }: CommonFlags): Promise<void> {
  const rows = await withAdmin(flags, (admin) => admin.call<readonly HealthView[]>('POST', path, body));
  printResult(json, rows, () => (rows.length > 0 ? format(rows) : 'Done.'));
}

function format(rows: readonly HealthView[]): readonly string[] {
  return formatTable(
    ['upstream', 'model', 'operation', 'state', 'reason', 'until', 'running', 'latency'],
    rows.map(({ upstream, model, operation, state, reason, until, running, latencyMs }) => [
      ...[upstream, model, operation, state, reason ?? '', until ?? '', String(running)],
      latencyMs === null ? '?' : `${Math.round(latencyMs)} ms`,
    ]),
  );
}
