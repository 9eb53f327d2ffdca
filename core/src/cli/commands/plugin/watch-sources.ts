import { type FSWatcher, readdirSync, watch } from 'node:fs';
import { basename, join } from 'node:path';

/** An editor may write a file in several steps. */
const SETTLE_MS = 60;

/** What a gateway may load, so not the sources of tests. */
const SOURCE = /^(?:\.env|.*(?<!\.test)\.(?:[cm]?[jt]s|json))$/;

/** What is installed, built or written by the gateway. */
const SKIPPED = new Set(['node_modules', 'dist', 'data', 'coverage']);

/** Calls back once for each burst of changes to sources below a folder. Returns a function that stops watching. */
export function watchSources(root: string, onChange: (path: string) => void): () => void {
  const watchers = new Map<string, FSWatcher>();
  let timer: NodeJS.Timeout | undefined;
  const open = (folder: string): void => {
    if (watchers.has(folder)) return;
    const watcher = watch(folder, (_, name) => {
      // A new folder may have sources.
      for (const path of foldersBelow(folder)) open(path);
      if (name === null || !SOURCE.test(name)) return;
      clearTimeout(timer);
      timer = setTimeout(onChange, SETTLE_MS, join(folder, name));
    });
    watcher.on('error', () => {
      watcher.close();
      watchers.delete(folder);
    });
    watchers.set(folder, watcher);
  };
  for (const folder of [root, ...foldersBelow(root)]) open(folder);
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers.values()) watcher.close();
  };
}

function foldersBelow(folder: string): readonly string[] {
  if (SKIPPED.has(basename(folder))) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !SKIPPED.has(entry.name) && !entry.name.startsWith('.'))
    .map(({ name }) => join(folder, name))
    .flatMap((path) => [path, ...foldersBelow(path)]);
}
