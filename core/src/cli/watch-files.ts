import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** An editor may write a file in several steps. */
const SETTLE_MS = 100;

export interface FileWatchInput {
  readonly onChange: () => void;
  /** A folder can no longer be watched. */
  readonly onError: (error: Error) => void;
}

export interface FileWatch {
  /** Watches these files from now on, and no others. */
  update(files: readonly string[]): void;
}

/** Watches files for as long as the process runs. The folders and not the files: many editors replace a file. */
export function createFileWatch({ onChange, onError }: FileWatchInput): FileWatch {
  const watchers = new Map<string, FSWatcher>();
  let names = new Map<string, Set<string>>();
  let timer: NodeJS.Timeout | undefined;
  const open = (folder: string): void => {
    try {
      const watcher = watch(folder, { persistent: false }, (_, name) => {
        if (name === null || !names.get(folder)?.has(name)) return;
        clearTimeout(timer);
        timer = setTimeout(onChange, SETTLE_MS);
      });
      watcher.on('error', onError);
      watchers.set(folder, watcher);
    } catch (error) {
      // A config file may import what is not there.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') onError(error as Error);
    }
  };
  return {
    update(files) {
      names = new Map();
      for (const file of files) {
        const folder = dirname(file);
        names.set(folder, (names.get(folder) ?? new Set()).add(basename(file)));
      }
      for (const [folder, watcher] of watchers) {
        if (names.has(folder)) continue;
        watcher.close();
        watchers.delete(folder);
      }
      for (const folder of names.keys()) if (!watchers.has(folder)) open(folder);
    },
  };
}
