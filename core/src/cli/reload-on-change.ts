import { dirname, join } from 'node:path';
import { localModules } from '../config/local-modules.ts';
import type { Gateway } from '../gateway.ts';
import { onHangups } from './hangups.ts';
import { createFileWatch } from './watch-files.ts';

export interface ReloadInput {
  readonly gateway: Pick<Gateway, 'reload' | 'log'>;
  readonly file: string;
  /** Whether to reload on file changes, in addition to SIGHUP. */
  readonly watches: boolean;
}

/**
 * Reloads the configuration on SIGHUP and, if enabled, whenever the config file, its `.env` or a file that it imports
 * changes. Returns what to call after each load: it may have brought other files.
 */
export function reloadOnChange({ gateway, file, watches }: ReloadInput): () => void {
  // The log has the errors.
  const reload = (): void => void gateway.reload().catch(() => {});
  onHangups(reload);
  if (!watches) return () => {};
  const files = createFileWatch({
    onChange: reload,
    onError({ message }) {
      gateway.log.warn({ reason: message }, 'Files of the configuration can no longer be watched.');
    },
  });
  const update = (): void => files.update([file, join(dirname(file), '.env'), ...localModules(file).files()]);
  update();
  return update;
}
