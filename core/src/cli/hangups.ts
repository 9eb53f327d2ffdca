import { isatty } from 'node:tty';

let isDue = false;
let onHangup = (): void => {
  isDue = true;
};

/**
 * SIGHUP ends a process that does not listen for it, and a service manager may send it at any time during startup. Such a
 * signal is held until {@link onHangups} says what it means.
 */
export function holdHangups(): void {
  process.on('SIGHUP', () => {
    if (isTerminalGone()) process.kill(process.pid, 'SIGTERM');
    else onHangup();
  });
}

/** Sets what SIGHUP does from now on. */
export function onHangups(work: () => void): void {
  onHangup = work;
  if (isDue) work();
}

/** Closing a terminal sends the same signal; then the gateway has to stop. */
function isTerminalGone(): boolean {
  return process.stdout.isTTY && !isatty(1);
}
