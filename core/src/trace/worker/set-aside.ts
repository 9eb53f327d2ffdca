import { readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DATABASE_NAME } from './sqlite/sqlite-store.ts';

/** SQLite's result codes of a file that is damaged, or no database. */
const BROKEN = new Set([11, 26]);
/** Of the lower byte of a code; the rest has details. */
const PRIMARY = 0xff;

/** Whether an error says that the database itself is broken: nothing will mend it. */
export function isBroken(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { errcode } = error as Error & { readonly errcode?: number };
  return (errcode !== undefined && BROKEN.has(errcode & PRIMARY)) || isBroken(error.cause);
}

/** More of them would fill the disk where it is the disk that breaks them. */
const MAX_ASIDE = 3;
const MARK = `${DATABASE_NAME}.broken-`;

/** Databases of a folder that were set aside, the oldest first. */
export function listBroken(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith(MARK) && !/-(?:wal|shm)$/.test(name))
    .toSorted();
}

/** Renames the closed database and the files beside it; the oldest of many are removed. Gives the new name. */
export function setBrokenAside(folder: string, now: number): string {
  const name = `${MARK}${new Date(now).toISOString().replaceAll(':', '-')}`;
  for (const part of ['-wal', '-shm', '']) {
    try {
      renameSync(join(folder, DATABASE_NAME + part), join(folder, name + part));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  for (const old of listBroken(folder).slice(0, -MAX_ASIDE))
    for (const part of ['', '-wal', '-shm']) rmSync(join(folder, old + part), { force: true });
  return name;
}
