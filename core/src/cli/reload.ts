import { closeSync, openSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { type LoadInput, loadConfig } from '../config/load.ts';
import type { Gateway } from '../gateway.ts';
import type { Log } from '../plugin/plugin.ts';

export interface ReloadInput {
  readonly gateway: Pick<Gateway, 'reload' | 'log'>;
  /** How the configuration was loaded at the start. */
  readonly input: LoadInput;
  readonly file: string;
  /** Whether an edit of the file counts, besides SIGHUP. */
  readonly watches: boolean;
}

/** An editor may write a file in several steps. */
const SETTLE_MS = 100;

/** Loads the configuration anew on SIGHUP and, where that is wanted, whenever the file or `.env` beside it changes. */
export function reloadOnChange({ gateway, input, file, watches }: ReloadInput): void {
  let reloads = 0;
  let last: Promise<void> = Promise.resolve();
  const reload = (): void => {
    reloads += 1;
    const attempt = { ...input, reloads };
    last = last.then(() => reloadOnce(gateway, attempt, gateway.log));
  };
  process.on('SIGHUP', () => {
    if (isTerminalGone()) process.kill(process.pid, 'SIGTERM');
    else reload();
  });
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

/** A terminal that is closed sends the same signal, and then nobody is there any more. */
function isTerminalGone(): boolean {
  if (!process.stdout.isTTY) return false;
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return false;
  } catch {
    return true;
  }
}

async function reloadOnce(gateway: Pick<Gateway, 'reload'>, input: LoadInput, log: Log): Promise<void> {
  try {
    const waiting = gateway.reload(await loadConfig(input));
    log.info({ waiting }, 'The configuration was loaded anew.');
    if (waiting.length > 0) log.warn({ waiting }, 'These fields of the configuration need a restart.');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log.error({ reason }, 'The configuration cannot be used; the one before stays.');
  }
}
