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

/** The gateway in a process of its own: only a new process is certain to run the new code. */
export interface GatewayChild {
  /** Starts or restarts it. Resolves when it accepts requests; with `undefined` if it exits before that. */
  restart(): Promise<RunningGateway | undefined>;
  stop(): Promise<void>;
}

/** How long a process has to end by itself. */
const GRACE_MS = 1_000;
/** How often to check whether the gateway has started. */
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
