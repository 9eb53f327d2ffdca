import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A file of the store: its name tells the key and when its time is over. */
export interface StoredFile {
  readonly key: string;
  /** In milliseconds since 1970. */
  readonly until: number;
  /** In bytes. */
  readonly size: number;
}

/** What a file takes on most disks, at least. */
const BLOCK = 4096;

/** The disk space of this many bytes. */
export function spaceOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / BLOCK)) * BLOCK;
}

export function nameOf({ key, until }: Pick<StoredFile, 'key' | 'until'>): string {
  return `${key}.${until}`;
}

/** The name of a file that is being written. */
export function draftOf(name: string, count: number): string {
  return `${name}.${process.pid}-${count}.draft`;
}

/**
 * The files in a folder, in the order in which they were written. Those whose time is over, and drafts of a process that
 * was killed while it wrote, are removed.
 */
export async function readFolder(folder: string, now: number): Promise<readonly StoredFile[]> {
  const found: (StoredFile & { readonly writtenAt: number })[] = [];
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const [, key, time] = /^([0-9a-f]{64})\.(\d+)$/.exec(name) ?? [];
    const until = Number(time);
    if (name.endsWith('.draft') || (key !== undefined && until <= now)) await rm(path, { force: true });
    else if (key !== undefined) {
      const { size, mtimeMs } = await stat(path);
      found.push({ key, until, size, writtenAt: mtimeMs });
    }
  }
  return found.toSorted((a, b) => a.writtenAt - b.writtenAt);
}
