import { watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Gateway } from '../gateway.ts';
import { onHangups } from './hangups.ts';

export interface ReloadInput {
  readonly gateway: Pick<Gateway, 'reload' | 'log'>;
  readonly file: string;
  /** Whether an edit of the file counts, besides SIGHUP. */
  readonly watches: boolean;
}

/** An editor may write a file in several steps. */
const SETTLE_MS = 100;

/** Reloads the configuration on SIGHUP and, where that is wanted, whenever the file or `.env` beside it changes. */
export function reloadOnChange({ gateway, file, watches }: ReloadInput): void {
  // What is wrong with it is in the log.
  const reload = (): void => void gateway.reload().catch(() => {});
  onHangups(reload);
  if (!watches) return;
  let timer: NodeJS.Timeout | undefined;
  const names = new Set([basename(file), '.env']);
  // The folder and not the file: many editors put another file in its place.
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
