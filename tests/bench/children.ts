import { type ChildProcess, fork, type Serializable } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { ChildMessage, Ready } from './child.ts';

/** A process of the bench that is ready. */
export interface Child<Question, Answer> extends Ready {
  readonly name: string;
  /** One question at a time. Rejects when the process fails or ends. */
  ask(question: Question): Promise<Answer>;
}

export interface ChildInput {
  readonly name: string;
  /** The module to run, relative to this one. */
  readonly file: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** The processes of one run; none is left after `stop`, however far the run came. */
export interface Children {
  /** Starts a process and waits until it is ready. What it prints to stdout is thrown away. */
  start<Question extends Serializable, Answer>(input: ChildInput): Promise<Child<Question, Answer>>;
  /** Ends all of them, the last one first, so that nobody loses who it talks to. Safe to call twice. */
  stop(): Promise<void>;
}

/** A process that does not end when it is told to is killed after this time. */
const PATIENCE_MS = 3_000;

export function createChildren(): Children {
  const running: ChildProcess[] = [];
  let isStopped = false;
  return {
    async start<Question extends Serializable, Answer>({
      name,
      file,
      env,
    }: ChildInput): Promise<Child<Question, Answer>> {
      if (isStopped) throw new Error('The run was stopped.');
      const sink = openSync(devNull, 'w');
      const child = fork(fileURLToPath(new URL(file, import.meta.url)), {
        env: { ...process.env, ...env },
        stdio: ['ignore', sink, 'inherit', 'ipc'],
      });
      closeSync(sink);
      running.push(child);
      const message = await nextMessage(child, name);
      if (message.type !== 'ready') throw new Error(`${name} did not start.`);
      return {
        ...message.ready,
        name,
        async ask(question) {
          const next = nextMessage(child, name);
          child.send(question);
          const reply = await next;
          if (reply.type === 'failure') throw new Error(`${name} failed: ${reply.message}`);
          return (reply as Extract<ChildMessage, { type: 'answer' }>).answer as Answer;
        },
      };
    },
    async stop() {
      isStopped = true;
      for (const child of running.toReversed()) await stopChild(child);
    },
  };
}

async function nextMessage(child: ChildProcess, name: string): Promise<ChildMessage> {
  const settled = new AbortController();
  const { signal } = settled;
  const gone = async (): Promise<never> => {
    await once(child, 'exit', { signal });
    throw new Error(`${name} ended with ${child.exitCode ?? child.signalCode}.`);
  };
  try {
    const [message] = (await Promise.race([once(child, 'message', { signal }), gone()])) as [ChildMessage];
    return message;
  } finally {
    settled.abort();
  }
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  child.kill('SIGTERM');
  await exited;
  clearTimeout(timer);
}
