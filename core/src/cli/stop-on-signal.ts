import type { Gateway } from '../gateway.ts';

/** `npm start` forwards the signal that a terminal sends to every process anyway: both are one Ctrl-C. */
const SAME_SIGNAL_MS = 300;

/** The first signal lets running requests end; a second one stops at once. */
export function stopOnSignal(gateway: Gateway): void {
  let stoppingSince: number | undefined;
  const exit = (code: number): void => {
    // Node joins its threads before it ends, and one that is stuck in a write never returns.
    if (gateway.isLogStuck) process.kill(process.pid, 'SIGKILL');
    process.exit(code);
  };
  const stop = (): void => {
    if (stoppingSince !== undefined) {
      if (performance.now() - stoppingSince > SAME_SIGNAL_MS) exit(1);
      return;
    }
    stoppingSince = performance.now();
    gateway.close().then(
      () => exit(0),
      (error: unknown) => {
        process.stderr.write(`The gateway did not stop cleanly: ${String(error)}\n`);
        exit(1);
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}
