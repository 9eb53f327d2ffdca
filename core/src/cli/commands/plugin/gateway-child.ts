import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { readRunFile, type RunningGateway } from '../../../state/files/run-file.ts';

export interface ChildInput {
  /** Of Node, such as `--inspect`. */
  readonly nodeArgs: readonly string[];
  /** Of `dragoman start`. */
  readonly args: readonly string[];
  readonly data: string;
}

/** The gateway in a process of its own: only a new process has new code for certain. */
export interface GatewayChild {
  /** Starts it, or starts it anew. Resolves when it takes requests; with `undefined` if it ended before. */
  restart(): Promise<RunningGateway | undefined>;
  stop(): Promise<void>;
}

/** How long a process has to end by itself. */
const GRACE_MS = 1_000;
/** How often a starting gateway is looked for. */
const LOOK_MS = 25;

export function createGatewayChild({ nodeArgs, args, data }: ChildInput): GatewayChild {
  const [, entry = ''] = process.argv;
  let child: ChildProcess | undefined;
  const stop = async (): Promise<void> => {
    const ending = child;
    if (ending) await end(ending);
  };
  return {
    async restart() {
      await stop();
      const started = spawn(process.execPath, [...nodeArgs, entry, 'start', '--every-fault', ...args], {
        stdio: ['ignore', 'inherit', 'inherit'],
      });
      child = started;
      while (!hasEnded(started)) {
        const running = await readRunFile(data);
        if (running?.pid === started.pid) return running;
        await sleep(LOOK_MS);
      }
      return undefined;
    },
    stop,
  };
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null;

async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  await ended;
  clearTimeout(timer);
}
