import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { devNull } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { ChildMessage } from './child.ts';

/** A process that is measured. */
export interface Target {
  readonly name: string;
  readonly port: number;
  readonly key?: string;
  /** Processor time used so far, in microseconds. */
  cpu(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts a process and waits until it listens. What it prints is thrown away. */
export async function startTarget(name: string, file: string, env: NodeJS.ProcessEnv = {}): Promise<Target> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), {
    env: { ...process.env, ...env },
    stdio: ['ignore', openSync(devNull, 'w'), 'inherit', 'ipc'],
  });
  const ready = await nextMessage(child, 'ready');
  return {
    name,
    port: ready.port,
    ...(ready.key && { key: ready.key }),
    async cpu() {
      const answer = nextMessage(child, 'cpu');
      child.send('cpu');
      return (await answer).micros;
    },
    async stop() {
      if (child.exitCode !== null) return;
      const exited = once(child, 'exit');
      child.kill();
      await exited;
    },
  };
}

async function nextMessage<Type extends ChildMessage['type']>(
  child: ChildProcess,
  type: Type,
): Promise<Extract<ChildMessage, { type: Type }>> {
  const gone = new AbortController();
  const onExit = (code: number | null): void =>
    gone.abort(new Error(`A process of the bench ended with ${code}.`));
  child.once('exit', onExit);
  const [message] = (await once(child, 'message', { signal: gone.signal })) as [ChildMessage];
  child.off('exit', onExit);
  if (message.type !== type) throw new Error(`Expected ${type}, not ${message.type}.`);
  return message as Extract<ChildMessage, { type: Type }>;
}
