import { open, rename, rm, stat, truncate } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { JsonObject } from '@dragoman/plugin';
import { createAgeClock } from '../timing/age-clock.ts';
import { createDataFolder, flushFolder } from '../state/files/folder.ts';
import { chainLine, type Claim, GENESIS, readClaim, readLine } from './chain.ts';
import type { AuditEntry, AuditHead, AuditInput } from './entry.ts';
import { ACTIVE, listFiles, nextName, readLines } from './files.ts';
import { RETENTION } from './verify.ts';

export interface AuditFileInput {
  readonly folder: string;
  readonly maxBytes: number;
  readonly maxAgeMs: number;
  readonly now: () => number;
  /** A monotonic clock. Default: `now`. */
  readonly steady?: () => number;
}

/** The files of the log while they are written: one entry at a time, each flushed. */
export interface AuditFile {
  append(input: AuditInput): Promise<AuditEntry>;
  /** Runs something while no entry is being written. */
  whileIdle<T>(run: (head: AuditHead) => Promise<T>): Promise<T>;
}

/** Old entries are removed in whole files. */
const FILES = 8;
const MAX_FILE_BYTES = 1024 * 1024;

/** Opens the log of a data folder. Nothing is written before the first entry. */
export async function openAuditFile(input: AuditFileInput): Promise<AuditFile> {
  const { folder, now, steady = now } = input;
  const active = join(folder, ACTIVE);
  const end = await findEnd(folder);
  let { head, torn, startedAt } = end;
  const age = createAgeClock({ now, steady, newest: end.newest });
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
    const result = last.then(run);
    last = result.catch(() => {});
    return result;
  };

  const write = async (entry: AuditInput): Promise<AuditEntry> => {
    const line = chainLine({ ...entry, seq: head.seq + 1, at: new Date(now()).toISOString() }, head);
    const written = readLine(line);
    if (!written) throw new TypeError('An audit log entry cannot be read back.');
    await appendLine(active, line);
    startedAt ??= now();
    head = written;
    return written;
  };
  const note = (operation: string, detail: JsonObject): Promise<AuditEntry> =>
    write({ kind: 'note', actor: { kind: 'gateway' }, operation, detail });

  const recover = async (): Promise<void> => {
    if (torn === '') return;
    const incompleteBytes = Buffer.byteLength(torn);
    await truncate(active, (await sizeOf(active)) - incompleteBytes);
    torn = '';
    await note('audit recovery', { incompleteBytes });
  };

  const rotate = async (): Promise<void> => {
    const isFull = (await sizeOf(active)) >= fileBytes(input);
    const isOld = startedAt !== undefined && startedAt < age() - input.maxAgeMs / FILES;
    if (!isFull && !isOld) return;
    await rename(active, join(folder, nextName(await listFiles(folder))));
    await flushFolder(folder);
    startedAt = undefined;
    const { files, through } = await findOutdated(input, age());
    if (!through) return;
    // A gap that no entry explains would count as tampering.
    await note(RETENTION, { through: { seq: through.seq, hash: through.hash } });
    for (const file of files) await rm(file, { force: true });
    await flushFolder(folder);
  };

  return {
    append: (entry) =>
      inTurn(async () => {
        await createDataFolder(folder);
        await recover();
        await rotate();
        return write(entry);
      }),
    whileIdle: (run) => inTurn(() => run(head)),
  };
}

/** Opened each time: entries are rare, and a removed file is recreated. */
async function appendLine(file: string, line: string): Promise<void> {
  const handle = await open(file, 'a', 0o600);
  try {
    const { size } = await handle.stat();
    try {
      await handle.appendFile(`${line}\n`);
      await handle.sync();
    } catch (error) {
      // Half a line would break the next one.
      await handle.truncate(size).catch(() => {});
      throw error;
    }
    if (size === 0) await flushFolder(dirname(file));
  } finally {
    await handle.close();
  }
}

function fileBytes({ maxBytes }: AuditFileInput): number {
  return Math.min(MAX_FILE_BYTES, maxBytes / FILES);
}

function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

interface End {
  readonly head: AuditHead;
  /** An incomplete last line, left by a crash. */
  readonly torn: string;
  /** When the active file was started; absent if there is none. */
  readonly startedAt: number | undefined;
  /** When the newest entry was written. */
  readonly newest?: number;
}

async function findEnd(folder: string): Promise<End> {
  const files = await listFiles(folder);
  const active = files.find((file) => file.endsWith(ACTIVE));
  const { lines = [], torn = '' } = active === undefined ? {} : await readLines(active);
  const startedAt = lines.map(readClaim).find((claim) => claim !== undefined)?.at;
  for (const file of files.toReversed()) {
    const head = lastClaim((await readLines(file)).lines);
    if (head) return { head, torn, startedAt, newest: head.at };
  }
  return { head: GENESIS, torn, startedAt };
}

/** Verification reports a changed line; the chain continues from what it claims. */
function lastClaim(lines: readonly string[]): Claim | undefined {
  return lines.map(readClaim).findLast((claim) => claim !== undefined);
}

interface Outdated {
  readonly files: readonly string[];
  /** The last entry that is removed. */
  readonly through: AuditHead | undefined;
}

async function findOutdated(input: AuditFileInput, now: number): Promise<Outdated> {
  const files = (await listFiles(input.folder)).filter((file) => !file.endsWith(ACTIVE));
  let room = input.maxBytes - fileBytes(input);
  const outdated: string[] = [];
  let through: AuditHead | undefined;
  for (const file of files.toReversed()) {
    room -= await sizeOf(file);
    const end = lastClaim((await readLines(file)).lines);
    if (room >= 0 && !(end && end.at < now - input.maxAgeMs)) continue;
    outdated.unshift(file);
    through ??= end;
  }
  return { files: outdated, through };
}
