import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

/** Signals to stop that come closer together than this are one: see below. */
const ONE_PRESS_MS = 500;

/** In bytes. With less, zstd's working memory would be mapped anew for each block of traces, which takes twice as long. */
const LARGE = String(512 * 1024);

/**
 * Has glibc give each large block pages of its own, which it returns as soon as they are free. By default, it raises
 * both limits to the size of what was freed, up to 32 MiB and more: then large bodies leave holes between small objects,
 * which it keeps. Other C libraries ignore the variables; what the environment says wins.
 */
const ALLOCATOR = { MALLOC_MMAP_THRESHOLD_: LARGE, MALLOC_TRIM_THRESHOLD_: LARGE };

/**
 * Hands over to a long-running command: signals reach it, and its exit code is ours. One Ctrl-C comes here
 * twice, from the terminal and from npm, while the gateway takes a second signal for "do not wait". So the
 * child is in a group of its own, which the terminal does not signal, and is told once.
 */
export function become(args, { node = 'node', env = process.env, ...options }) {
  const child = spawn(node, args, {
    ...options,
    env: { ...ALLOCATOR, ...env },
    stdio: 'inherit',
    detached: true,
  });
  const hadTerminal = hasTerminal();
  let last = -ONE_PRESS_MS;
  const stop = (signal) => {
    if (performance.now() - last < ONE_PRESS_MS) return;
    last = performance.now();
    child.kill(signal);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.on('SIGHUP', () => {
    // A terminal that is closed means to stop. Everybody else means to reload.
    if (hadTerminal && !hasTerminal()) stop('SIGTERM');
    else child.kill('SIGHUP');
  });
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}

function hasTerminal() {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
