import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** Within the data folder. */
export const HOOKS_FOLDER = 'hooks';

/** Makes a hook's own folder within the data folder, and returns its path. */
export function hookFolders(data: string): (hookId: string) => string {
  return (hookId) => {
    const folder = join(data, HOOKS_FOLDER, hookId);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
  };
}
