import { basename, join } from 'node:path';
import { existsSync } from 'node:fs';
import { acquireRunFile } from '../../state/files/run-file.ts';
import { readStateFile, STATE_FILE } from '../../state/store.ts';
import { listBroken } from '../../trace/worker/set-aside.ts';
import { findDamage } from './data-damage.ts';
import type { Check } from './doctor-checks.ts';

/** How many problems of one file are shown. */
const MAX_SHOWN = 10;

/** What is unusable in the data folder, and what deserves attention. */
export async function checkDataFiles(folder: string): Promise<readonly Check[]> {
  const damages = await findDamage(folder);
  const broken = damages.flatMap(({ file, problems, repair }): Check[] => {
    const remedy = repair
      ? 'to remove it, stop the gateway and run: ./dragoman doctor --repair'
      : 'the file itself may be intact: make it readable first';
    const more = problems.length - MAX_SHOWN;
    return [
      ...problems
        .slice(0, MAX_SHOWN)
        .map(({ path, message }) => `${path === '' ? '' : `${path}: `}${message}`),
      ...(more > 0 ? [`and ${more} more`] : []),
      remedy,
    ].map((detail) => ({ name: file, ok: false, detail }));
  });
  return [...broken, ...(await noticeUnknown(folder)), ...noticeBrokenTraces(folder)];
}

async function noticeUnknown(folder: string): Promise<readonly Check[]> {
  const read = await readStateFile(join(folder, STATE_FILE)).catch(() => undefined);
  const unknown = read?.unknown ?? [];
  if (unknown.length === 0) return [];
  const shown = [...unknown.slice(0, MAX_SHOWN), ...(unknown.length > MAX_SHOWN ? ['…'] : [])].join(', ');
  const detail = `unknown fields, which stay in the file and have no effect: ${shown}`;
  return [{ name: STATE_FILE, ok: true, isNotice: true, detail }];
}

function noticeBrokenTraces(folder: string): readonly Check[] {
  if (!existsSync(folder)) return [];
  return listBroken(folder).map((name) => ({
    ...{ name: 'traces', ok: true, isNotice: true },
    detail: `${name} is a damaged database that was set aside; delete it if you do not need its traces`,
  }));
}

/** Removes what this version cannot use from the data folder, and keeps copies. Refused while a gateway runs there. */
export async function repairDataFiles(folder: string, now: number): Promise<readonly Check[]> {
  const runFile = await acquireRunFile(folder);
  try {
    const stamp = new Date(now).toISOString().replaceAll(':', '-');
    const done: Check[] = [];
    for (const { file, repair } of await findDamage(folder)) {
      if (!repair) continue;
      const detail = await repair(`${basename(file)}.before-repair-${stamp}`);
      done.push({ name: 'repair', ok: true, detail: `${file}: ${detail}` });
    }
    return done.length > 0 ? done : [{ name: 'repair', ok: true, detail: 'nothing to repair' }];
  } finally {
    await runFile.release();
  }
}
