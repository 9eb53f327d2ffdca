import { statfs } from 'node:fs/promises';
import type { Log } from '@dragoman/plugin';

/** The size of a file system, in bytes. */
export interface Space {
  readonly free: number;
  readonly total: number;
}

/** Whether there is room for optional writes. */
export interface DiskSpace {
  readonly isLow: boolean;
  close(): void;
}

export interface DiskSpaceInput {
  readonly log: Pick<Log, 'error' | 'info'>;
  readonly read: () => Promise<Space>;
}

/** Too little: less than this, or than a twentieth of the disk if that is less. */
const MIN_FREE = 512 * 1024 * 1024;
const LOOK_EVERY_MS = 5_000;

export function readSpace(folder: string): () => Promise<Space> {
  return async () => {
    const { bavail, blocks, bsize } = await statfs(folder);
    return { free: bavail * bsize, total: blocks * bsize };
  };
}

/** Checks the free space of a file system every few seconds. */
export async function watchDiskSpace({ log, read }: DiskSpaceInput): Promise<DiskSpace> {
  let isLow = false;
  const look = async (): Promise<void> => {
    try {
      const { free, total } = await read();
      const wasLow = isLow;
      isLow = free < Math.min(MIN_FREE, total / 20);
      if (isLow && !wasLow)
        log.error({ free }, 'The disk is nearly full: conversations and bodies of traces are not kept.');
      if (wasLow && !isLow) log.info({ free }, 'The disk has room again.');
    } catch {
      // Not every file system reports its free space.
      isLow = false;
    }
  };
  await look();
  const timer = setInterval(() => void look(), LOOK_EVERY_MS).unref();
  return {
    get isLow() {
      return isLow;
    },
    close: () => clearInterval(timer),
  };
}
