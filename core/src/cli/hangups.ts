import { isatty } from 'node:tty';

let isDue = false;
let onHangup = (): void => {
  isDue = true;
};

/**
 * SIGHUP ends a process that does not listen to it, and one that begins may get it from a service manager at any time.
 * Such a signal counts as soon as {@link onHangups} says what it means.
 */
export function holdHangups(): void {
  process.on('SIGHUP', () => {
    if (isTerminalGone()) process.kill(process.pid, 'SIGTERM');
    else onHangup();
  });
}

/** What SIGHUP means from now on. */
export function onHangups(work: () => void): void {
  onHangup = work;
  if (isDue) work();
}

/** Closing a terminal sends the same signal; then the gateway has to stop. */
function isTerminalGone(): boolean {
  return process.stdout.isTTY && !isatty(1);
}
