import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readRunFile, type RunningGateway } from '../../core/src/state/files/run-file.ts';
import { endProcess, hasEnded } from './end-process.ts';

const ENTRY = fileURLToPath(new URL('../../packages/dragoman/src/main.ts', import.meta.url));

/** How often a starting gateway is looked for. */
const LOOK_MS = 25;

export interface GatewayInput {
  /** Of Node, such as `--inspect`. */
  readonly nodeArgs: readonly string[];
  /** Of `dragoman start`. */
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly data: string;
  /** Called when it ends without being told to. */
  readonly onEnd: () => void;
}

/** The gateway in a process that is replaced by another one when its code has changed. */
export interface GatewayProcess {
  /** Where it is, as soon as it takes requests; `undefined` when it did not start, or has ended. */
  running(): Promise<RunningGateway | undefined>;
  /** Waits for the new process to take requests. */
  restart(): Promise<RunningGateway | undefined>;
  stop(): Promise<void>;
}

export function startGateway(input: GatewayInput): GatewayProcess {
  let isStopping = false;
  let replacing: Promise<RunningGateway | undefined> | undefined;
  let child: ChildProcess;
  const launch = (): Promise<RunningGateway | undefined> => {
    const launched = spawn(process.execPath, [...input.nodeArgs, ENTRY, 'start', ...input.args], {
      ...{ env: input.env, stdio: 'inherit' },
    });
    launched.once('exit', () => {
      if (launched !== child || replacing || isStopping) return;
      ready = Promise.resolve(undefined);
      input.onEnd();
    });
    child = launched;
    return untilReady(launched, input.data);
  };
  let ready = launch();
  const running = async (): Promise<RunningGateway | undefined> => {
    for (;;) {
      const asked = ready;
      const answer = await asked;
      // Otherwise it was replaced meanwhile.
      if (asked === ready) return answer;
    }
  };
  return {
    running,
    restart() {
      // What changes before the new process starts is in it.
      replacing ??= endProcess(child).then(() => {
        replacing = undefined;
        return isStopping ? undefined : launch();
      });
      ready = replacing;
      return running();
    },
    async stop() {
      isStopping = true;
      await replacing;
      await endProcess(child);
    },
  };
}

/** The file that a gateway writes for the command line says when it listens, and where. */
async function untilReady(child: ChildProcess, data: string): Promise<RunningGateway | undefined> {
  while (!hasEnded(child)) {
    const running = await readRunFile(data);
    if (running?.pid === child.pid) return running;
    await sleep(LOOK_MS);
  }
  return undefined;
}
