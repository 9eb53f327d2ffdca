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
  /** The URL of the admin API and the `Host` that it needs, if not at `url`. */
  admin: z.object({ url: z.string(), host: z.string().optional() }).optional(),
});

/** A gateway that runs on a data folder: its URL, and the token that its admin API accepts from this machine. */
export type RunningGateway = Readonly<z.output<typeof runFileSchema>>;

/** A claim on a data folder. The system drops it when the process ends, however it ends. */
export interface RunFile {
  /** Publishes how to reach the gateway, for other processes of this user. */
  publish(running: Omit<RunningGateway, 'pid'>): Promise<void>;
  release(): Promise<void>;
}

/** Claims a data folder for this process. Throws a {@link StateError} if another gateway runs on it. */
export async function acquireRunFile(folder: string): Promise<RunFile> {
  await createDataFolder(folder);
  const lock = takeLock(folder);
  if (!lock) {
    const other = await readFileOf(folder);
    const which = other ? ` (process ${other.pid} at ${other.url})` : '';
    throw new StateError(
      `Another gateway${which} is using the data folder ${folder}; stop it, or pass another --data.`,
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

/** The gateway that currently runs on a data folder and can be reached, if any. */
export async function readRunFile(folder: string): Promise<RunningGateway | undefined> {
  return isLocked(folder) ? readFileOf(folder) : undefined;
}

async function readFileOf(folder: string): Promise<RunningGateway | undefined> {
  try {
    return runFileSchema.parse(JSON.parse(await readFile(join(folder, 'run.json'), 'utf8')));
  } catch {
    // The file does not exist between the claim and `publish`.
    return undefined;
  }
}

/** SQLite's result code when somebody else holds the lock. */
const BUSY = 5;

/**
 * An operating system lock on a file, which Node offers only through SQLite. Unlike a process id in a file, it cannot
 * outlive its process, is never taken twice, and works between containers that share the folder.
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
