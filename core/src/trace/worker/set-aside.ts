import { readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DATABASE_NAME } from './sqlite/sqlite-store.ts';

/** SQLite's result codes for a damaged file, or one that is not a database. */
const BROKEN = new Set([11, 26]);
/** The primary code is in the lower byte. */
const PRIMARY = 0xff;

/** Whether an error says that the database itself is broken for good. */
export function isBroken(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { errcode } = error as Error & { readonly errcode?: number };
  return (errcode !== undefined && BROKEN.has(errcode & PRIMARY)) || isBroken(error.cause);
}

/** More would fill the disk if the disk itself is what breaks them. */
const MAX_ASIDE = 3;
const MARK = `${DATABASE_NAME}.broken-`;

/** The databases of a folder that were set aside, oldest first. */
export function listBroken(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith(MARK) && !/-(?:wal|shm)$/.test(name))
    .toSorted();
}

/** Renames the closed database and its side files; removes the oldest of many. Returns the new name. */
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
