import type { Command } from 'commander';
import { loadConfig } from '../../config/load.ts';
import { withAdmin } from '../admin-client.ts';
import {
  type Check,
  check,
  checkAudit,
  checkFolder,
  checkNode,
  checkPlugins,
  checkPort,
  checkState,
  checks,
  checkUpstreams,
  noticeHooks,
  noticeRelays,
  noticeUnpriced,
} from './doctor-checks.ts';
import { checkDataFiles, repairDataFiles } from './check-data.ts';
import { addCommonFlags, type CommonFlags, type ConfigFlags, loadInput } from '../flags.ts';
import { printResult } from '../output.ts';

export function addDoctor(program: Command): void {
  addCommonFlags(
    program
      .command('doctor')
      .description('Check the configuration, the data folder, the port and every upstream.'),
  )
    .option('--repair', 'remove unusable content from the data folder, and keep copies')
    .action(doctor);
}

interface DoctorFlags extends CommonFlags {
  readonly repair?: boolean;
}

async function doctor({ json, repair = false, ...flags }: DoctorFlags): Promise<void> {
  const checks = await examine(flags, repair);
  printResult(json, checks, () =>
    checks.map(({ name, ok, isNotice, detail }) => `${ok ? (isNotice ? '!' : '✓') : '✗'} ${name}: ${detail}`),
  );
  if (checks.some(({ ok }) => !ok)) process.exitCode = 1;
}

/** Later checks depend on earlier ones, so a ✗ may be the last line. */
async function examine(flags: ConfigFlags, repairs: boolean): Promise<readonly Check[]> {
  const load = () => loadConfig(loadInput(flags));
  const first = [
    await check('node', () => checkNode(process.versions.node)),
    await check('config', async () => (await load()).file ?? ''),
  ];
  if (!isFine(first)) return first;
  const config = await load();
  const second = [
    ...(repairs ? await checks('repair', () => repairDataFiles(config.data, Date.now())) : []),
    await check('data folder', () => checkFolder(config.data)),
    ...(await checks('data files', () => checkDataFiles(config.data))),
  ];
  if (!isFine(second)) return [...first, ...second];
  const third = [
    await check('state', () => checkState(config.data)),
    ...(await noticeRelays(config.data)),
    ...(await noticeHooks(config)),
    await check('audit log', () => checkAudit(config.data)),
    await check('port', () => checkPort(config)),
  ];
  return [...first, ...second, ...third, ...(await examineUpstreams(flags))];
}

async function examineUpstreams(flags: ConfigFlags): Promise<readonly Check[]> {
  let upstreams: readonly Check[] = [];
  const asked = await check('upstreams', async () => {
    let count = 0;
    upstreams = await withAdmin(flags, async (admin) => {
      const tested = await checkUpstreams(admin);
      count = tested.length;
      return [...tested, ...(await checkPlugins(admin)), ...(await noticeUnpriced(admin))];
    });
    return `${count}`;
  });
  return [asked, ...upstreams];
}

function isFine(checks: readonly Check[]): boolean {
  return checks.every(({ ok }) => ok);
}
