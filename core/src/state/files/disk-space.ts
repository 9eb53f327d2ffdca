import { statfs } from 'node:fs/promises';
import type { Log } from '../../plugin/call-context.ts';

/** Bytes of a file system. */
export interface Space {
  readonly free: number;
  readonly total: number;
}

/** Whether there is room to write what can be done without. */
export interface DiskSpace {
  readonly isLow: boolean;
  close(): void;
}

export interface DiskSpaceInput {
  readonly log: Pick<Log, 'error' | 'info'>;
  readonly read: () => Promise<Space>;
}

/** Less than this, or than a twentieth of the whole where that is less, is too little. */
const MIN_FREE = 512 * 1024 * 1024;
const LOOK_EVERY_MS = 5_000;

export function readSpace(folder: string): () => Promise<Space> {
  return async () => {
    const { bavail, blocks, bsize } = await statfs(folder);
    return { free: bavail * bsize, total: blocks * bsize };
  };
}

/** Looks at the free space of a file system every few seconds. */
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
      // Not every file system says how much room it has.
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
