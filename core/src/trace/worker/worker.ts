/** The thread that stores traces: whatever happens in it, requests go on. */
import { parentPort, workerData } from 'node:worker_threads';
import type { WireReaders } from '@dragoman/plugin';
import { MAX_SLOWDOWN } from '@dragoman/plugin/internal/timing/within-time';
import { createAgeClock } from '../../timing/age-clock.ts';
import { detailOf } from './detail.ts';
import {
  type StatsQuery,
  type ThreadQuery,
  type ToolCallQuery,
  type TraceFilter,
  type TraceQuery,
  traceQuerySchema,
} from '../query.ts';
import { prepareTraces } from './prepare-traces.ts';
import { timeFor } from './time-limits.ts';
import { Pulse } from '../pulse.ts';
import { createRedactor } from './redact.ts';
import { isBroken, setBrokenAside } from './set-aside.ts';
import { type OnMigration, openSqliteStore } from './sqlite/sqlite-store.ts';
import type { TraceEntry, TraceStore } from '../store.ts';
import type { FromWorker, Load, ToWorker, WorkerInput, WorkerPulse } from '../worker-messages.ts';

/** The time limit for opening the store, as a migration may rewrite all of it. */
const OPEN_MS = 15 * 60_000;
const REOPEN_AFTER_MS = 5_000;
const PRUNE_EVERY_MS = 30_000;
const AGING_STEPS = 10;
/** How far work may exceed its limit before the thread counts as stuck. */
const GRACE_MS = 3_000;
/** How much a crash may lose: traces younger than this. */
const COMMIT_AFTER_MS = 500;

const {
  folder,
  retention,
  rules,
  readers: modules,
  life,
} = workerData as WorkerInput & {
  readonly life: WorkerPulse;
};
const pulse = new Pulse(life.memory);
let redactor = createRedactor(rules);
const port = parentPort;
if (!port) throw new Error('This file must run in a worker thread.');

const send = (message: FromWorker): void => port.postMessage(message);
const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

let store: TraceStore | undefined;
let failure: { readonly error: unknown; readonly at: number } | undefined;
/** The clock for retention. */
let age: () => number = Date.now;

/** A store that cannot be opened is retried, but not for every request. */
async function opened(): Promise<TraceStore> {
  if (store) return store;
  if (failure && performance.now() - failure.at < REOPEN_AFTER_MS) throw failure.error;
  try {
    store = await openOrReplace();
    failure = undefined;
  } catch (error) {
    failure = { error, at: performance.now() };
    throw error;
  }
  const [newest] = (await store.list(traceQuerySchema.parse({ limit: 1 }))).traces;
  age = createAgeClock({ now: Date.now, steady: () => performance.now(), newest: newest?.startedAt });
  return store;
}

async function openOrReplace(): Promise<TraceStore> {
  const open = (): Promise<TraceStore> => {
    pulse.beat(OPEN_MS);
    return openSqliteStore(folder, reportMigration());
  };
  try {
    return await open();
  } catch (error) {
    if (!isBroken(error)) throw error;
    setAside(error);
    return open();
  }
}

/** A large database takes minutes. */
function reportMigration(): OnMigration {
  const begun = performance.now();
  return (step) => {
    const [message, fields] =
      step === 'begun'
        ? ['Converting traces from an earlier version; requests continue meanwhile.', {}]
        : [
            'The traces were converted; earlier versions cannot read them.',
            { seconds: Math.round((performance.now() - begun) / 1_000) },
          ];
    send({ type: 'news', message, fields });
  };
}

function setAside(error: unknown): void {
  send({ type: 'aside', file: setBrokenAside(folder, Date.now()), reason: reasonOf(error) });
}

async function begin(): Promise<void> {
  try {
    await opened();
    send({ type: 'state' });
    inTurn(() => prune());
  } catch (error) {
    send({ type: 'state', reason: reasonOf(error) });
  }
}

/** A database that turns out to be broken is replaced by a new one. */
async function replaceIfBroken(error: unknown): Promise<void> {
  if (!isBroken(error)) return;
  await store?.close().catch(() => {});
  store = undefined;
  setAside(error);
  inTurn(begin);
}

async function handle(message: ToWorker): Promise<void> {
  if (message.type === 'close') {
    clearInterval(pruning);
    await commit();
    await store?.close();
    store = undefined;
    port?.close();
    return;
  }
  if (message.type === 'secrets') {
    redactor = createRedactor(rules, message.secrets);
    return;
  }
  if (message.type === 'put') return put(message);
  try {
    send({ type: 'answer', call: message.call, value: await answer(await opened(), message) });
  } catch (error) {
    send({ type: 'failure', call: message.call, reason: reasonOf(error) });
    await replaceIfBroken(error);
  }
}

/** What was put but not committed yet. */
let unsafe: Load = { count: 0, bytes: 0 };
let committing: NodeJS.Timeout | undefined;

async function put({ traces, count, bytes }: Extract<ToWorker, { readonly type: 'put' }>): Promise<void> {
  let into: TraceStore;
  let entries: readonly TraceEntry[];
  try {
    into = await opened();
    const busy = (ms: number): void => pulse.beat(ms + GRACE_MS);
    entries = prepareTraces(traces, { redactor, readers: await readers, busy });
  } catch (error) {
    send({ type: 'lost', reason: reasonOf(error), count, bytes });
    return;
  }
  unsafe = { count: unsafe.count + count, bytes: unsafe.bytes + bytes };
  pulse.beat(life.queryMs);
  await settle(() => into.put(entries));
  committing ??= setTimeout(() => inTurn(commit), COMMIT_AFTER_MS);
}

async function commit(): Promise<void> {
  clearTimeout(committing);
  committing = undefined;
  if (unsafe.count === 0) return;
  await settle(async () => {
    await store?.commit();
    send({ type: 'kept', ...unsafe });
    unsafe = { count: 0, bytes: 0 };
  });
}

/** A trace that cannot be written fails everything put since the last commit. */
async function settle(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    send({ type: 'lost', reason: reasonOf(error), ...unsafe });
    unsafe = { count: 0, bytes: 0 };
    await replaceIfBroken(error);
  }
}

const readers: Promise<WireReaders> = loadReaders();

/** Without its reader, a wire's traces show raw bytes. */
async function loadReaders(): Promise<WireReaders> {
  const loaded = modules.map(async ({ plugin, url }) => {
    try {
      return ((await import(url)) as { readonly wireReaders: WireReaders }).wireReaders;
    } catch (error) {
      send({ type: 'fault', plugin, message: `Cannot load the wire readers of ${url}: ${reasonOf(error)}` });
      return {};
    }
  });
  return Object.assign({}, ...(await Promise.all(loaded))) as WireReaders;
}

async function detail(from: TraceStore, id: string): Promise<unknown> {
  const capture = await from.capture(id);
  if (!capture) return undefined;
  pulse.beat(timeFor(capture.bytes.length) * MAX_SLOWDOWN + GRACE_MS);
  return detailOf(capture, await readers);
}

function answer(
  from: TraceStore,
  { method, input }: Extract<ToWorker, { readonly type: 'call' }>,
): Promise<unknown> {
  switch (method) {
    case 'list':
      return from.list(input as TraceQuery);
    case 'get':
      return from.get(input as string);
    case 'remove':
      return from.remove(input as TraceFilter);
    case 'stats':
      return from.stats(input as StatsQuery);
    case 'detail':
      return detail(from, input as string);
    case 'calls':
      return from.calls(input as ToolCallQuery);
    case 'threads':
      return from.threads(input as ThreadQuery);
  }
}

/** Serialized: SQLite has one writer, and a read sees what was put before it. */
let last: Promise<void> = Promise.resolve();
const inTurn = (work: () => Promise<void>): void => {
  last = last.then(async () => {
    pulse.beat(life.queryMs);
    await work();
    pulse.beat(life.patienceMs);
  });
};

/**
 * Prunes in batches until nothing exceeds the bounds, and lets writes in between. Traces beyond their age are removed
 * in a few batches per run only: a wrong clock must not empty the store at once.
 */
async function prune(agingSteps = AGING_STEPS): Promise<void> {
  try {
    const bounds = agingSteps > 0 ? retention : { ...retention, maxAgeMs: Infinity };
    const gone = (await store?.prune(bounds, age())) ?? 0;
    if (gone > 0) inTurn(() => prune(agingSteps - 1));
  } catch (error) {
    send({ type: 'state', reason: reasonOf(error) });
    await replaceIfBroken(error);
  }
}

const pruning = setInterval(() => inTurn(() => prune()), PRUNE_EVERY_MS);
port.on('message', (message: ToWorker) => inTurn(() => handle(message)));
inTurn(begin);
