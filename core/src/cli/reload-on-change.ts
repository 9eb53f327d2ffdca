import { watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Gateway } from '../gateway.ts';
import { onHangups } from './hangups.ts';

export interface ReloadInput {
  readonly gateway: Pick<Gateway, 'reload' | 'log'>;
  readonly file: string;
  /** Whether to reload on file changes, in addition to SIGHUP. */
  readonly watches: boolean;
}

/** An editor may write a file in several steps. */
const SETTLE_MS = 100;

/** Reloads the configuration on SIGHUP and, if enabled, whenever the file or its `.env` changes. */
export function reloadOnChange({ gateway, file, watches }: ReloadInput): void {
  // The log has the errors.
  const reload = (): void => void gateway.reload().catch(() => {});
  onHangups(reload);
  if (!watches) return;
  let timer: NodeJS.Timeout | undefined;
  const names = new Set([basename(file), '.env']);
  // The folder and not the file: many editors replace the file.
  const watcher = watch(dirname(file), (_, name) => {
    if (name === null || !names.has(name)) return;
    clearTimeout(timer);
    timer = setTimeout(reload, SETTLE_MS);
  });
  watcher.on('error', (error) => {
    gateway.log.warn({ reason: error.message }, 'The config file can no longer be watched.');
  });
  watcher.unref();
}
