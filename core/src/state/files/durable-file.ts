import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { flushFolder } from './folder.ts';

/**
 * Replaces a file atomically: written beside it, flushed to disk, and renamed. A process that dies at any instant
 * leaves either the old text or the new one.
 */
export async function writeDurably(path: string, text: string | Buffer): Promise<void> {
  await writeFileAtomic(path, text, { mode: 0o600 });
  await flushFolder(dirname(path));
}

/** Removes temporary files of processes that were killed while writing. */
export async function removeLeftovers(path: string): Promise<void> {
  const folder = dirname(path);
  const start = `${basename(path)}.`;
  const names = await readdir(folder);
  const left = names.filter((name) => name.startsWith(start) && /^\d+$/.test(name.slice(start.length)));
  await Promise.all(left.map((name) => rm(join(folder, name), { force: true })));
}
