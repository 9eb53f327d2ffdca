import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of its own, so small that it can be filled. */
export interface SmallDisk {
  readonly folder: string;
  /** Leaves no byte free. */
  fill(): void;
  empty(): void;
  close(): void;
}

/** Whether disks can be mounted here; tests that need one say so when they are skipped. */
export const canMount = process.platform === 'linux' && process.getuid?.() === 0 && tries();

export function mountSmallDisk(bytes: number): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'dragoman-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=0700`, 'tmpfs', folder], {
    stdio: 'ignore',
  });
  const filler = join(folder, 'filler');
  return {
    folder,
    fill() {
      for (let size = bytes, at = 0; size >= 1; size = Math.floor(size / 2), at += 1) {
        try {
          writeFileSync(`${filler}-${at}`, Buffer.alloc(size));
        } catch {
          // What was written of it stays.
        }
      }
    },
    empty() {
      for (let at = 0; at < 64; at += 1) rmSync(`${filler}-${at}`, { force: true });
    },
    close() {
      execFileSync('umount', ['-l', folder]);
      rmdirSync(folder);
    },
  };
}

/** Containers may lack the right, even for root. */
function tries(): boolean {
  try {
    mountSmallDisk(65_536).close();
    return true;
  } catch {
    return false;
  }
}
