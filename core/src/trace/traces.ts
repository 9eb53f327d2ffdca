import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { isDoneWithin } from '../timing/done-within.ts';
import type { Log, TraceRecord } from '@dragoman/plugin';
import { NO_SECRETS, type Secrets } from '@dragoman/plugin/internal/text/secret-texts';
import type { PackedCapture } from './packed.ts';
import { PendingQuestions } from './pending-questions.ts';
import { Pulse } from './pulse.ts';
import {
  type FromWorker,
  isFitForThread,
  type Load,
  type SentTrace,
  type StoreQuestions,
  type ToWorker,
  type WorkerInput,
  type WorkerPulse,
} from './worker-messages.ts';
import { Watchdog } from './watchdog.ts';

export interface TracesStatus {
  /** Why traces are currently not kept; absent if they are. */
  readonly reason?: string;
  /** The name of a broken database that was set aside since startup. */
  readonly setAside?: string;
  /** Traces lost: too many at once, or a broken store. */
  readonly lost: number;
  /** Traces kept without their bodies because of overload. */
  readonly shed: number;
  /** Traces on their way to the store. */
  readonly waiting: number;
}

/** The traces of this gateway, as seen by requests: nothing here waits for the store. */
export interface Traces {
  /** Whether anything is recorded at all. */
  readonly isOn: boolean;
  /** Takes over the bytes of `capture`. */
  record(trace: TraceRecord, capture?: PackedCapture): void;
  /** Queries the store. Throws if it is broken. */
  ask<Method extends keyof StoreQuestions>(
    method: Method,
    input: Parameters<StoreQuestions[Method]>[0],
  ): Promise<ReturnType<StoreQuestions[Method]>>;
  /** Passes every trace from now on to a listener as it is recorded. Returns the unsubscribe function. */
  follow(listener: (trace: TraceRecord) => void): () => void;
  status(): TracesStatus;
  /** Writes what is pending, and closes the store. */
  close(): Promise<void>;
}

export interface TracesInput extends WorkerInput {
  readonly log: Pick<Log, 'error' | 'info'>;
  readonly limits?: Partial<ThreadLimits>;
  /** What to redact; a new object whenever it changes. */
  readonly secrets?: () => Secrets;
}

/** Time limits for the trace thread, in milliseconds. */
export interface ThreadLimits {
  /** Between two signs of life, while it has work. */
  readonly patienceMs: number;
  /** For one database operation, on a slow disk or with many traces. */
  readonly queryMs: number;
  /** For an answer. */
  readonly askMs: number;
  /** For writing what is queued at shutdown. */
  readonly closeMs: number;
}

const LIMITS: ThreadLimits = { patienceMs: 5_000, queryMs: 30_000, askMs: 30_000, closeMs: 5_000 };
/** A thread begins by loading its code, which takes longer on a busy machine. */
const START_MS = 60_000;
/**
 * For new objects of the thread, in MB. V8 would take four times as much when there is a lot to do, and keep most of it
 * for long afterwards.
 */
const YOUNG_MB = 48;
/** How often the thread is checked within its time limit. */
const STEPS = 5;

/**
 * Traces go in batches, since each message to another thread has a cost; but soon, since what waits long falls out of
 * the CPU cache, and each garbage collection has to move it.
 */
const FLUSH_AFTER_MS = 50;
const FLUSH_COUNT = 16;
/** The most traces that wait for the store; more are lost, and counted. */
const MAX_WAITING = 20_000;
/** The most bytes of bodies that wait for the store; beyond this, traces are kept without bodies. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;

/** A new thread takes over at once the first time; if it keeps ending, the wait grows. */
const RESTART_MS = 500;
const MAX_RESTART_MS = 60_000;

export const NO_TRACES: Traces = {
  isOn: false,
  record: () => {},
  ask: () => Promise.reject(new Error('This gateway does not keep traces.')),
  follow: () => () => {},
  status: () => ({ lost: 0, shed: 0, waiting: 0 }),
  close: () => Promise.resolve(),
};

export function createTraces({ log, limits, secrets = () => NO_SECRETS, ...input }: TracesInput): Traces {
  return new WorkerTraces(input, { log, secrets, limits: { ...LIMITS, ...limits } });
}

interface Surroundings {
  readonly log: TracesInput['log'];
  readonly limits: ThreadLimits;
  readonly secrets: () => Secrets;
}

const NOTHING: Load = { count: 0, bytes: 0 };

class WorkerTraces implements Traces {
  readonly isOn = true;
  readonly #log: TracesInput['log'];
  readonly #input: WorkerInput;
  /** Absent while there is no thread. */
  #worker: Worker | undefined;
  /** How often the thread ended since a trace was last kept. */
  #ends = 0;
  readonly #questions: PendingQuestions;
  readonly #pulse = new Pulse();
  readonly #watchdog: Watchdog;
  readonly #limits: ThreadLimits;
  readonly #listeners = new Set<(trace: TraceRecord) => void>();
  #queue: SentTrace[] = [];
  #timer: NodeJS.Timeout | undefined;
  #restart: NodeJS.Timeout | undefined;
  /** What the store has not committed yet. */
  #sent: Load = NOTHING;
  #lost = 0;
  #shed = 0;
  #queuedBytes = 0;
  #reason: string | undefined;
  #setAside: string | undefined;
  #isClosed = false;
  readonly #secrets: () => Secrets;
  /** The secrets that the thread knows. */
  #sentSecrets: Secrets | undefined;

  constructor(input: WorkerInput, { log, limits, secrets }: Surroundings) {
    this.#log = log;
    this.#input = input;
    this.#limits = limits;
    this.#secrets = secrets;
    this.#questions = new PendingQuestions(limits.askMs);
    this.#watchdog = new Watchdog({
      pulse: this.#pulse,
      stepMs: limits.patienceMs / STEPS,
      isWaiting: () => this.#sent.count > 0 || this.#questions.size > 0,
      onSilence: (ms) => this.#giveUp(ms),
    });
    this.#start();
  }

  #start(): void {
    const { patienceMs, queryMs } = this.#limits;
    const life: WorkerPulse = { memory: this.#pulse.memory, queryMs, patienceMs };
    const worker = new Worker(new URL(import.meta.resolve('@dragoman/core/trace-worker')), {
      workerData: { ...this.#input, life },
      name: 'traces',
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    let reason = 'The trace thread ended.';
    worker.on('message', (message: FromWorker) => this.#hear(message));
    worker.on('error', (error: unknown) => (reason = error instanceof Error ? error.message : String(error)));
    // A thread that was given up keeps that reason.
    worker.on('exit', () => this.#fail(this.#worker === worker ? reason : (this.#reason ?? reason)));
    worker.unref();
    this.#worker = worker;
    this.#sentSecrets = undefined;
    this.#pulse.beat(START_MS);
    this.#flush();
  }

  record(trace: TraceRecord, capture?: PackedCapture): void {
    for (const listener of this.#listeners) listener(trace);
    if (this.#queue.length + this.#sent.count >= MAX_WAITING) {
      this.#lost += 1;
      return;
    }
    this.#queue.push(this.#admit(trace, capture));
    if (this.#queue.length >= FLUSH_COUNT) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), FLUSH_AFTER_MS).unref();
  }

  #admit(trace: TraceRecord, capture: PackedCapture | undefined): SentTrace {
    if (!capture) return { trace };
    const size = capture.bytes.length;
    if (this.#sent.bytes + this.#queuedBytes + size > MAX_WAITING_BYTES) {
      this.#shed += 1;
      return { trace: { ...trace, bodies: 'pressure' } };
    }
    this.#queuedBytes += size;
    return { trace, capture };
  }

  ask<Method extends keyof StoreQuestions>(
    method: Method,
    input: Parameters<StoreQuestions[Method]>[0],
  ): Promise<ReturnType<StoreQuestions[Method]>> {
    this.#flush();
    if (!this.#worker) return Promise.reject(new Error(this.#reason));
    return this.#questions.open((call) => this.#post({ type: 'call', call, method, input }));
  }

  follow(listener: (trace: TraceRecord) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  status(): TracesStatus {
    const reason = this.#reason;
    return {
      ...(reason !== undefined && { reason }),
      ...(this.#setAside !== undefined && { setAside: this.#setAside }),
      lost: this.#lost,
      shed: this.#shed,
      waiting: this.#queue.length + this.#sent.count,
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#flush();
    clearTimeout(this.#restart);
    const worker = this.#worker;
    if (!worker) return;
    worker.removeAllListeners('exit');
    const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    this.#post({ type: 'close' });
    this.#watchdog.stop();
    worker.ref();
    if (await isDoneWithin(this.#limits.closeMs, exited)) return;
    this.#log.error({ lost: this.#sent.count }, 'The trace store did not close in time and was terminated.');
    // Native code cannot be interrupted, so the exit is not awaited.
    worker.unref();
    void worker.terminate();
    this.#questions.failAll('The gateway is shutting down.');
  }

  #post(message: ToWorker, owned: readonly ArrayBuffer[] = []): void {
    this.#watchdog.watch();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    this.#worker?.postMessage(message, owned);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#worker || this.#queue.length === 0) return;
    this.#sendSecrets();
    const traces = this.#queue;
    this.#queue = [];
    this.#queuedBytes = 0;
    try {
      this.#send(traces);
    } catch {
      // Traces contain data from plugins, and not everything can be sent to a thread.
      const fit = traces.filter(isFitForThread);
      this.#lost += traces.length - fit.length;
      if (fit.length > 0) this.#send(fit);
    }
  }

  #send(traces: readonly SentTrace[]): void {
    const bytes = traces.reduce((sum, { capture }) => sum + (capture?.bytes.length ?? 0), 0);
    const load = { count: traces.length, bytes };
    this.#post(
      { type: 'put', traces, ...load },
      traces.flatMap(({ capture }) => (capture ? [capture.bytes.buffer, capture.marks.buffer] : [])),
    );
    this.#sent = { count: this.#sent.count + load.count, bytes: this.#sent.bytes + load.bytes };
  }

  #sendSecrets(): void {
    const secrets = this.#secrets();
    if (secrets === this.#sentSecrets) return;
    this.#sentSecrets = secrets;
    this.#post({ type: 'secrets', secrets });
  }

  #hear(message: FromWorker): void {
    switch (message.type) {
      case 'kept':
        this.#ends = 0;
        this.#settle(message);
        this.#recover();
        break;
      case 'lost':
        this.#settle(message);
        this.#lost += message.count;
        this.#degrade(message.reason);
        break;
      case 'state':
        if (message.reason === undefined) this.#recover();
        else this.#degrade(message.reason);
        break;
      case 'fault':
        this.#log.error({ plugin: message.plugin }, message.message);
        break;
      case 'news':
        this.#log.info(message.fields, message.message);
        break;
      case 'aside':
        this.#setAside = message.file;
        this.#log.error(
          { file: join(this.#input.folder, message.file), reason: message.reason },
          'The trace database was damaged. It was set aside, and a new one was created.',
        );
        break;
      case 'answer':
        this.#questions.answer(message.call, message.value);
        break;
      case 'failure':
        this.#questions.fail(message.call, message.reason);
        break;
    }
  }

  #settle({ count, bytes }: Load): void {
    this.#sent = { count: this.#sent.count - count, bytes: this.#sent.bytes - bytes };
  }

  /** The thread has exited: its traces are lost and pending calls fail. Starts a new one. */
  #fail(reason: string): void {
    this.#drop(reason);
    if (this.#isClosed) return;
    const delay = this.#ends === 0 ? 0 : Math.min(RESTART_MS * 2 ** this.#ends, MAX_RESTART_MS);
    this.#ends += 1;
    this.#restart = setTimeout(() => this.#start(), delay).unref();
  }

  /** The thread does not respond. It is terminated, and a new one is started once it has exited. */
  #giveUp(silentMs: number): void {
    const worker = this.#worker;
    const reason = `The trace thread did not respond for ${silentMs / 1000} seconds.`;
    this.#drop(reason);
    if (!worker) return;
    worker.removeAllListeners('message');
    void worker.terminate();
  }

  #drop(reason: string): void {
    this.#worker = undefined;
    this.#watchdog.stop();
    this.#lost += this.#sent.count;
    this.#sent = NOTHING;
    this.#degrade(reason);
    this.#questions.failAll(reason);
  }

  #degrade(reason: string): void {
    if (this.#reason === undefined)
      this.#log.error({ reason }, 'Traces cannot be kept; requests continue without them.');
    this.#reason = reason;
  }

  #recover(): void {
    if (this.#reason !== undefined) this.#log.info({ lost: this.#lost }, 'Traces are kept again.');
    this.#reason = undefined;
  }
}
