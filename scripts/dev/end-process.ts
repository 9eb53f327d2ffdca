import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** How long a process has to end by itself. */
const GRACE_MS = 1_000;

export function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** Ends a process, in the end by force. One that leads a group takes its group along. */
export async function endProcess(child: ChildProcess, { isGroup = false } = {}): Promise<void> {
  if (child.pid === undefined || hasEnded(child)) return;
  const target = isGroup ? -child.pid : child.pid;
  const ended = once(child, 'exit');
  process.kill(target, 'SIGTERM');
  const timer = setTimeout(() => process.kill(target, 'SIGKILL'), GRACE_MS);
  await ended;
  clearTimeout(timer);
  if (isGroup) endRest(target);
}

/** Workers may outlive the process that started them. */
function endRest(group: number): void {
  try {
    process.kill(group, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
