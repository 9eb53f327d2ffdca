import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { problemsOf } from '../validation/issues.ts';
import type { Log } from '@dragoman/plugin';
import { createAgeClock } from '../timing/age-clock.ts';
import { ChunkWriter } from '../state/files/chunk-writer.ts';
import { EXPLAINED } from '../state/rows.ts';
import { type DataProblem, readJsonFile, UnreadableFileError } from '../state/files/unreadable.ts';
import { changed } from './amount.ts';
import type { Counter } from './coordinator.ts';
import { isOfNow } from './windows.ts';

/** Earlier versions stored fractions and negative counts. */
const usedSchema = z.number().transform((used) => changed(Math.ceil(used), 0));
/** Unknown fields are kept. */
const entrySchema = z.looseObject({ name: z.string(), used: usedSchema, until: z.number().optional() });
export type LedgerEntry = Readonly<z.output<typeof entrySchema>>;

/** Counts that outlive a restart: per day, per month and total. */
export interface Ledger {
  /** Includes windows that ended recently: the clock may have been wrong. */
  entries(): readonly LedgerEntry[];
  note(counter: Counter, used: number): void;
  /** Whether a count of that name is stored. */
  remembers(name: string): boolean;
  /** Rows that this version cannot use. They stay in the file. */
  readonly unusable: readonly DataProblem[];
  /** Writes what is pending. */
  close(): Promise<void>;
}

export interface LedgerInput {
  readonly folder: string;
  readonly log: Pick<Log, 'error'>;
  readonly now: () => number;
  /** A monotonic clock. Default: `now`. */
  readonly steady?: () => number;
}

export const LEDGER_FILE = 'limits.json';
/** How much may be lost when the process is killed. */
const WRITE_AFTER_MS = 1_000;
/** Shorter windows end before a restart could matter. */
const SHORTEST_MS = 10 * 60_000;
/** How long after its end a window is kept. */
const FORGET_AFTER_MS = 24 * 60 * 60_000;

/** Opens the counts of a data folder. Throws an {@link UnreadableFileError} if they cannot be read. */
export async function openLedger({ folder, log, now, steady = now }: LedgerInput): Promise<Ledger> {
  const path = join(folder, LEDGER_FILE);
  const read = await readLedger(path);
  if (read.problems.length > 0)
    log.error(
      { file: path, problems: read.problems },
      'This version cannot use some entries of limits.json. They stay in the file. See: ./dragoman doctor',
    );
  const entries = new Map(read.entries.map((entry) => [entry.name, entry]));
  const age = createAgeClock({ now, steady, newest: await writtenAt(path) });
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  const isForgotten = ({ until }: LedgerEntry): boolean =>
    until !== undefined && until + FORGET_AFTER_MS <= age();
  const write = async (): Promise<void> => {
    for (const [name, entry] of entries) if (isForgotten(entry)) entries.delete(name);
    try {
      await writeFileAtomic(path, await encode([...entries.values(), ...read.setAside]), { mode: 0o600 });
    } catch (error) {
      log.error({ error, file: path }, 'The usage of limits could not be written.');
    }
  };
  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    return (writing = writing.then(write));
  };
  return {
    entries: () => [...entries.values()],
    note({ name, until, isOfNow: isTransient }, used) {
      if (isTransient) return;
      if (until !== undefined && until - now() < SHORTEST_MS && !entries.has(name)) return;
      entries.set(name, { ...entries.get(name), name, used, ...(until !== undefined && { until }) });
      timer ??= setTimeout(() => void flush(), WRITE_AFTER_MS).unref();
    },
    remembers: (name) => entries.has(name),
    unusable: read.problems.map((problem) => ({ ...problem, file: LEDGER_FILE })),
    close: () => (timer ? flush() : writing),
  };
}

export interface ReadLedger {
  readonly entries: readonly LedgerEntry[];
  /** Rows that cannot be used, as stored. */
  readonly setAside: readonly unknown[];
  readonly problems: readonly Omit<DataProblem, 'file'>[];
}

/** Reads the counts without changing them. Throws an {@link UnreadableFileError} if they cannot be read row by row. */
export async function readLedger(path: string): Promise<ReadLedger> {
  const rows = z.array(z.unknown()).safeParse((await readJsonFile(path)) ?? [], EXPLAINED);
  if (!rows.success) throw new UnreadableFileError(path, problemsOf(rows.error));
  const entries: LedgerEntry[] = [];
  const setAside: unknown[] = [];
  const problems: ReadLedger['problems'][number][] = [];
  for (const [at, row] of rows.data.entries()) {
    const entry = entrySchema.safeParse(row, EXPLAINED);
    if (!entry.success) {
      setAside.push(row);
      problems.push(...problemsOf(entry.error, { root: [at] }));
    } else if (!isOfNow(entry.data.name)) entries.push(entry.data);
  }
  return { entries, setAside, problems };
}

/** With many keys there are many rows. */
async function encode(rows: readonly unknown[]): Promise<Buffer> {
  const writer = new ChunkWriter();
  for (const [at, row] of rows.entries()) {
    const full = writer.add(`${at === 0 ? '[' : ','}${JSON.stringify(row)}`);
    if (full) await full;
  }
  await writer.add(rows.length === 0 ? '[]' : ']');
  return writer.end();
}

function writtenAt(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
}
