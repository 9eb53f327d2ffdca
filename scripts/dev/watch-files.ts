import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import { basename, join, sep } from 'node:path';

export interface WatchInput {
  /** Watched with all that is below them. */
  readonly trees: readonly string[];
  /** Watched alone. */
  readonly folders?: readonly string[];
  /** Called once for all changes that come together, with the path of the last one. */
  readonly onChange: (path: string) => void;
}

/** An editor may write a file in several steps, and a branch many files. */
const SETTLE_MS = 60;

/** What a running gateway may have loaded; the sources of tests are no part of it. */
const LOADED = /^(?:\.env|.*(?<!\.test)\.(?:ts|mjs|js|json))$/;

/**
 * Watches for changes of source files, and returns what ends it. Each folder has a watcher of its own: the recursive one
 * of Node loses a file as soon as an editor puts another one in its place.
 */
export function watchFiles({ trees, folders = [], onChange }: WatchInput): () => void {
  const watchers = new Map<string, FSWatcher>();
  let timer: NodeJS.Timeout | undefined;
  const note = (path: string): void => {
    clearTimeout(timer);
    timer = setTimeout(onChange, SETTLE_MS, path);
  };
  const leaveTree = (folder: string): void => {
    for (const [path, watcher] of watchers) {
      if (path !== folder && !path.startsWith(folder + sep)) continue;
      watcher.close();
      watchers.delete(path);
    }
  };
  const watchFolder = (folder: string, isTree: boolean): void => {
    const watcher = watch(folder, (event, name) => {
      const path = join(folder, name ?? '');
      if (LOADED.test(name ?? '')) return note(path);
      if (!isTree || event !== 'rename') return;
      // A folder has come, gone, or taken the place of another one.
      leaveTree(path);
      if (!isFolder(path)) return;
      watchTree(path);
      // Files may have come into it before it was watched.
      note(path);
    });
    watcher.on('error', () => leaveTree(folder));
    watchers.set(folder, watcher);
  };
  const watchTree = (folder: string): void => {
    if (basename(folder) === 'node_modules') return;
    watchFolder(folder, true);
    for (const entry of readdirSync(folder, { withFileTypes: true }))
      if (entry.isDirectory()) watchTree(join(folder, entry.name));
  };
  for (const tree of trees) watchTree(tree);
  for (const folder of folders) watchFolder(folder, false);
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers.values()) watcher.close();
  };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
