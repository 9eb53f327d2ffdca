import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import type { Log } from '../plugin/plugin.ts';
import { changed } from './amount.ts';
import type { Counter } from './coordinator.ts';
import { isOfNow } from './windows.ts';

/** Earlier versions kept fractions and counts below 0. */
const usedSchema = z.number().transform((used) => changed(Math.ceil(used), 0));
const entrySchema = z.strictObject({ name: z.string(), used: usedSchema, until: z.number().optional() });
export type LedgerEntry = Readonly<z.output<typeof entrySchema>>;

/** Counts that outlive a restart: those of days, months and for good. */
export interface Ledger {
  entries(): readonly LedgerEntry[];
  note(counter: Counter, used: number): void;
  /** Writes what is not written yet. */
  close(): Promise<void>;
}

export interface LedgerInput {
  readonly folder: string;
  readonly log: Pick<Log, 'error'>;
  readonly now: () => number;
}

const NAME = 'limits.json';
/** So much may be lost when the process is killed. */
const WRITE_AFTER_MS = 1_000;
/** A shorter window is over before anybody could start again. */
const SHORTEST_MS = 10 * 60_000;

export async function openLedger({ folder, log, now }: LedgerInput): Promise<Ledger> {
  const path = join(folder, NAME);
  const kept = (await read(path, log)).filter(({ name }) => !isOfNow(name));
  const entries = new Map(kept.map((entry) => [entry.name, entry]));
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  const isLive = ({ until }: LedgerEntry): boolean => until === undefined || until > now();
  const write = async (): Promise<void> => {
    for (const [name, entry] of entries) if (!isLive(entry)) entries.delete(name);
    try {
      await writeFileAtomic(path, JSON.stringify([...entries.values()]), { mode: 0o600 });
    } catch (error) {
      log.error({ error, file: path }, 'What was used of the limits could not be written.');
    }
  };
  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    return (writing = writing.then(write));
  };
  return {
    entries: () => [...entries.values()].filter(isLive),
    note({ name, until, isOfNow: isTransient }, used) {
      if (isTransient) return;
      if (until !== undefined && until - now() < SHORTEST_MS && !entries.has(name)) return;
      entries.set(name, until === undefined ? { name, used } : { name, used, until });
      timer ??= setTimeout(() => void flush(), WRITE_AFTER_MS).unref();
    },
    close: () => (timer ? flush() : writing),
  };
}

async function read(path: string, log: Pick<Log, 'error'>): Promise<readonly LedgerEntry[]> {
  try {
    return z.array(entrySchema).parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    log.error({ error, file: path }, 'What was used of the limits could not be read; it begins anew.');
    return [];
  }
}
