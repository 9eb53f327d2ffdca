/**
 * Loaded into the gateway's process with `--import`: tells its memory and its open handles on a port of loopback. It is
 * loaded into each thread, since a thread's garbage is collected by itself only.
 */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread, threadId } from 'node:worker_threads';
import { readResident, type Resident } from './resident.ts';

/** What a thread holds after a full garbage collection, in bytes. */
export interface ThreadMemory {
  readonly heap: number;
  /** The heap with what is free in it. */
  readonly total: number;
  /** What objects hold outside of the heap. */
  readonly external: number;
}

export interface Sample {
  /** Of the whole process, in bytes. */
  readonly rss: number;
  readonly main: ThreadMemory;
  /** All other threads that run JavaScript together. */
  readonly workers: ThreadMemory;
  /** On Linux only. */
  readonly resident?: Resident;
  /** Open handles and requests of the main thread by their type, such as `TCPSocketWrap`. */
  readonly handles: Readonly<Record<string, number>>;
}

/** From another thread: without its memory when it begins. */
interface Report {
  readonly thread: number;
  readonly memory?: ThreadMemory;
}

const NOTHING: ThreadMemory = { heap: 0, total: 0, external: 0 };
const CHANNEL = 'soak-probe';

function measure(): ThreadMemory {
  setFlagsFromString('--expose-gc');
  // It gives back what it can, as when memory is short: else free pages would count as memory that is kept.
  (runInNewContext('gc') as (how: object) => void)({ type: 'major', flavor: 'last-resort' });
  const { heapUsed, heapTotal, external } = process.memoryUsage();
  return { heap: heapUsed, total: heapTotal, external };
}

/** Measures a thread whenever the main thread asks. */
function answerMainThread(): void {
  const channel = new BroadcastChannel(CHANNEL);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads, not windows
  const report = (memory?: ThreadMemory): void => channel.postMessage({ thread: threadId, memory });
  channel.addEventListener('message', () => report(measure()));
  channel.unref();
  report();
}

/** Gives what measures all other threads. */
function watchThreads(): () => Promise<ThreadMemory> {
  const channel = new BroadcastChannel(CHANNEL);
  const threads = new Set<number>();
  const waiting = new Map<number, (memory: ThreadMemory) => void>();
  channel.addEventListener('message', (event) => {
    const { thread, memory } = (event as MessageEvent).data as Report;
    if (memory) waiting.get(thread)?.(memory);
    else threads.add(thread);
  });
  channel.unref();
  process.on('worker', (worker) => {
    const { threadId: thread } = worker;
    worker.once('exit', () => {
      threads.delete(thread);
      waiting.get(thread)?.(NOTHING);
    });
  });
  return async () => {
    const answers = [...threads].map(
      (thread) => new Promise<ThreadMemory>((resolve) => waiting.set(thread, resolve)),
    );
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads, not windows
    channel.postMessage('measure');
    return (await Promise.all(answers)).reduce(plus, NOTHING);
  };
}

function plus(one: ThreadMemory, other: ThreadMemory): ThreadMemory {
  return {
    heap: one.heap + other.heap,
    total: one.total + other.total,
    external: one.external + other.external,
  };
}

async function take(measureThreads: () => Promise<ThreadMemory>): Promise<Sample> {
  const [workers, main] = [await measureThreads(), measure()];
  const resident = readResident();
  const handles: Record<string, number> = {};
  for (const type of process.getActiveResourcesInfo()) handles[type] = (handles[type] ?? 0) + 1;
  return { rss: process.memoryUsage.rss(), main, workers, ...(resident && { resident }), handles };
}

function serve(file: string): void {
  const measureThreads = watchThreads();
  const server = createServer((_, response) => {
    void take(measureThreads).then((sample) =>
      response.setHeader('connection', 'close').end(JSON.stringify(sample)),
    );
  });
  server.listen(0, '127.0.0.1', () => {
    writeFileSync(file, String((server.address() as AddressInfo).port));
    server.unref();
  });
}

const { SOAK_PROBE_FILE: file } = process.env;
if (file !== undefined) {
  if (isMainThread) serve(file);
  else answerMainThread();
}
