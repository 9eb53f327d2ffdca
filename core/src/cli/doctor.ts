import { access, constants, mkdir, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Command } from 'commander';
import { loadConfig } from '../config/load.ts';
import type { ResolvedConfig } from '../config/resolved.ts';
import { readRunFile } from '../state/run-file.ts';
import { type ConfigFlags, loadInput, withAdmin } from './admin-client.ts';
import { printResult } from './output.ts';

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

export function addDoctor(program: Command, common: (command: Command) => Command): void {
  common(
    program
      .command('doctor')
      .description('Check the configuration, the data folder, the port and every upstream.'),
  ).action(doctor);
}

async function doctor({ json, ...flags }: ConfigFlags & { readonly json?: boolean }): Promise<void> {
  const checks: Check[] = [];
  await check(checks, 'node', () => Promise.resolve(process.version));
  let config: ResolvedConfig | undefined;
  await check(checks, 'config', async () => {
    config = await loadConfig(loadInput(flags));
    return config.file ?? '';
  });
  if (config) {
    const { data, server } = config;
    await check(checks, 'data folder', () => checkFolder(data));
    await check(checks, 'port', () => checkPort(config as ResolvedConfig));
    await checkUpstreams(checks, flags);
    if (server.host === '0.0.0.0' && !config.auth) {
      checks.push({
        name: 'auth',
        ok: false,
        detail: 'everybody who reaches this machine may use the gateway',
      });
    }
  }
  printResult(json, checks, () =>
    checks.map(({ name, ok, detail }) => `${ok ? '✓' : '✗'} ${name}: ${detail}`).join('\n'),
  );
  if (checks.some(({ ok }) => !ok)) process.exitCode = 1;
}

async function check(checks: Check[], name: string, run: () => Promise<string>): Promise<void> {
  try {
    checks.push({ name, ok: true, detail: await run() });
  } catch (error) {
    checks.push({ name, ok: false, detail: error instanceof Error ? error.message : String(error) });
  }
}

async function checkFolder(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await access(folder, constants.R_OK | constants.W_OK);
  const { mode } = await stat(folder);
  if ((mode & 0o007) !== 0) throw new Error(`${folder} is open to other users; run: chmod 700 ${folder}`);
  return folder;
}

async function checkPort({ data, server: { host, port } }: ResolvedConfig): Promise<string> {
  const running = await readRunFile(data);
  if (running?.url) return `the gateway runs at ${running.url}`;
  await new Promise<void>((resolve, reject) => {
    const probe = createServer();
    probe.once('error', () => reject(new Error(`port ${port} of ${host} is in use`)));
    probe.listen(port, host, () => probe.close(() => resolve()));
  });
  return `${host}:${port} is free`;
}

/** An upstream that cannot be reached is a finding, not a failure of the check. */
async function checkUpstreams(checks: Check[], flags: ConfigFlags): Promise<void> {
  await check(checks, 'state', () =>
    withAdmin(flags, async (admin) => {
      const upstreams = await admin.call<readonly { readonly id: string; readonly enabled: boolean }[]>(
        'GET',
        '/upstreams',
      );
      for (const { id, enabled } of upstreams) {
        await check(checks, `upstream ${id}`, async () => {
          if (!enabled) return 'disabled';
          interface Result {
            readonly ok: boolean;
            readonly models?: readonly string[];
            readonly error?: { readonly message: string };
          }
          const result = await admin.call<Result>('POST', `/upstreams/${encodeURIComponent(id)}/test`, {});
          if (!result.ok) throw new Error(result.error?.message ?? 'it failed');
          return `${result.models?.length ?? 0} models`;
        });
      }
      return `${upstreams.length} upstreams`;
    }),
  );
}
