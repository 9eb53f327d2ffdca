import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { refused } from '../state/files/unreadable.ts';

/** The active file; full ones are `audit-<number>.jsonl`. */
export const ACTIVE = 'audit.jsonl';

const FULL = /^audit-(\d+)\.jsonl$/;

/** The files of the log, oldest first. Empty if there is no log yet. */
export async function listFiles(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [] as string[];
    throw error;
  });
  const full = names
    .filter((name) => FULL.test(name))
    .toSorted((one, other) => numberOf(one) - numberOf(other));
  return [...full, ...(names.includes(ACTIVE) ? [ACTIVE] : [])].map((name) => join(folder, name));
}

/** The name for the next full file. */
export function nextName(files: readonly string[]): string {
  const last = Math.max(0, ...files.map(numberOf));
  return `audit-${last + 1}.jsonl`;
}

function numberOf(file: string): number {
  return Number(/(\d{1,15})\.jsonl$/.exec(file)?.[1] ?? 0);
}

export interface FileLines {
  readonly lines: readonly string[];
  /** An incomplete last line, left by a crash. */
  readonly torn: string;
}

export async function readLines(file: string): Promise<FileLines> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? error : refused(file, error);
  });
  const lines = text.split('\n');
  const torn = lines.pop() ?? '';
  return { lines, torn };
}
