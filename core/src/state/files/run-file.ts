import { readFile, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { createDataFolder } from './folder.ts';
import { StateError } from './state-error.ts';

const runFileSchema = z.object({
  pid: z.int(),
  url: z.string(),
  token: z.string(),
  /** Where the admin API is and which `Host` it needs, if not at `url`. */
  admin: z.object({ url: z.string(), host: z.string().optional() }).optional(),
});

/** A gateway that runs on a data folder: where it is and the token that its admin API takes from this machine. */
export type RunningGateway = Readonly<z.output<typeof runFileSchema>>;

/** A claim on a data folder. The system drops it when the process ends, however it ends. */
export interface RunFile {
  /** Tells other processes of this user how to reach the gateway. */
  publish(running: Omit<RunningGateway, 'pid'>): Promise<void>;
  release(): Promise<void>;
}

/** Claims a data folder for this process. Throws a {@link StateError} when another gateway runs on it. */
export async function acquireRunFile(folder: string): Promise<RunFile> {
  await createDataFolder(folder);
  const lock = takeLock(folder);
  if (!lock) {
    const other = await readFileOf(folder);
    const which = other ? ` (process ${other.pid} at ${other.url})` : '';
    throw new StateError(
      `Another gateway${which} runs on the data folder ${folder}; stop it, or use another --data.`,
    );
  }
  const file = join(folder, 'run.json');
  await rm(file, { force: true });
  return {
    publish: (running) =>
      writeFileAtomic(file, JSON.stringify({ pid: process.pid, ...running }), { mode: 0o600 }),
    async release() {
      await rm(file, { force: true });
      lock.close();
    },
  };
}

/** The gateway that runs on a data folder now and can be reached, if one does. */
export async function readRunFile(folder: string): Promise<RunningGateway | undefined> {
  return isLocked(folder) ? readFileOf(folder) : undefined;
}

async function readFileOf(folder: string): Promise<RunningGateway | undefined> {
  try {
    return runFileSchema.parse(JSON.parse(await readFile(join(folder, 'run.json'), 'utf8')));
  } catch {
    // Between the claim and `publish` there is no file.
    return undefined;
  }
}

/** SQLite's result code of a lock that somebody else holds. */
const BUSY = 5;

/**
 * A lock of the operating system on a file, which Node offers only through SQLite. Unlike a process number in a
 * file it cannot outlive its process, is never taken twice, and holds between containers that share the folder.
 */
function takeLock(folder: string): DatabaseSync | undefined {
  const database = new DatabaseSync(lockOf(folder), { timeout: 100 });
  if (isFree(() => database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE'))) return database;
  database.close();
  return undefined;
}

function isLocked(folder: string): boolean {
  if (!existsSync(lockOf(folder))) return false;
  const database = new DatabaseSync(lockOf(folder), { readOnly: true });
  try {
    return !isFree(() => database.exec('SELECT 1 FROM sqlite_schema'));
  } finally {
    database.close();
  }
}

function lockOf(folder: string): string {
  return join(folder, 'run.lock');
}

function isFree(use: () => void): boolean {
  try {
    use();
    return true;
  } catch (error) {
    if ((error as { readonly errcode?: number }).errcode === BUSY) return false;
    throw error;
  }
}
