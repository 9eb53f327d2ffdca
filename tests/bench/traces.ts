/** `npm run bench:traces`: how long questions take of a store that holds many traces. See README.md. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { statsQuerySchema, traceQuerySchema } from '../../core/src/trace/query.ts';
import type { TraceRecord } from '../../packages/plugin/src/canonical/trace-record.ts';
import { openSqliteStore } from '../../core/src/trace/worker/sqlite/sqlite-store.ts';
import type { TraceEntry, TraceStore } from '../../core/src/trace/store.ts';
import { seeded } from '../support/candidates.ts';

const { values } = parseArgs({ options: { count: { type: 'string', default: '1000000' } } });
const COUNT = Number(values.count);
const BATCH = 5_000;
const BEGINNING = Date.parse('2026-11-01T00:00:00Z');

const random = seeded(7);
const pick = <T>(items: readonly T[]): T => items[Math.floor(random() ** 2 * items.length)] as T;
const MODELS = Array.from({ length: 200 }, (_, at) => `model-${at}`);
const UPSTREAMS = Array.from({ length: 20 }, (_, at) => `upstream-${at}`);
const KEYS = Array.from({ length: 50 }, (_, at) => `key-${at}`);

function generate(at: number): TraceRecord {
  const isError = random() < 0.02;
  const [model, upstream, key] = [pick(MODELS), pick(UPSTREAMS), pick(KEYS)];
  const ms = 100 + random() ** 4 * 60_000;
  return {
    ...{
      id: `req_${at}`,
      startedAt: BEGINNING + at * 2_000,
      ms,
      method: 'POST',
      path: '/v1/chat/completions',
    },
    ...{ protocol: 'openai-chat', ip: '127.0.0.1', userAgent: 'bench', keyId: key, keyName: key },
    ...{
      model,
      upstream,
      upstreamModel: model,
      status: isError ? 502 : 200,
      outcome: isError ? 'error' : 'ok',
    },
    ...(isError && { errorKind: pick(['timeout', 'rate-limit', 'upstream-broken']) }),
    ...(random() < 0.3 && { thread: `thread-${Math.floor(at / 20)}` }),
    ...{ ttftMs: ms / 3, inputTokens: 900, outputTokens: Math.floor(random() * 4_000) },
    ...(random() < 0.5 && { cost: random() ** 3 }),
    attempts: [
      {
        ...{ upstream, model, name: model, reason: 'first', queuedMs: 0, startMs: 1, sentMs: 1, endMs: ms },
        ...{ headersMs: ms / 4, firstMs: ms / 3, status: isError ? 502 : 200 },
      },
    ],
    dropped: [],
  };
}

const QUESTIONS: readonly (readonly [string, object])[] = [
  ['the newest', {}],
  ['the newest of a model', { model: 'model-5' }],
  ['the newest of a rare model', { model: 'model-199' }],
  ['the newest of models by pattern', { model: 'model-19*' }],
  ['the newest of an upstream', { upstream: 'upstream-3' }],
  ['the newest of a key', { key: 'key-7' }],
  ['a thread', { thread: 'thread-777' }],
  ['the newest failures', { outcome: 'error' }],
  ['the newest of a kind of failure', { error: 'timeout' }],
  ['failures of a rare model', { model: 'model-199', outcome: 'error' }],
  ['the slowest', { sort: 'ms' }],
  ['the slowest of a model', { sort: 'ms', model: 'model-5' }],
  ['the slowest of a rare model', { sort: 'ms', model: 'model-199' }],
  ['the slowest of a model that is not there', { sort: 'ms', model: 'nobody' }],
  ['the dearest', { sort: 'cost' }],
  ['slower than a minute', { minMs: '60000' }],
  ['the last to begin to answer', { sort: 'ttftMs' }],
  ['the last to begin, of a rare model', { sort: 'ttftMs', model: 'model-199' }],
  ['the longest answers', { sort: 'outputTokens' }],
  ['the longest answers of a key that is not there', { sort: 'outputTokens', key: 'nobody' }],
  ['the dearest of a rare model', { sort: 'cost', model: 'model-199' }],
  ['dearer than any', { minCost: '5' }],
  ['of a key that is not there', { key: 'nobody' }],
  ['of a protocol that is not there', { protocol: 'nothing' }],
  ['of an upstream that is not there', { upstream: 'nothing' }],
  ['with a second attempt', { minAttempts: '2' }],
  ['that call a tool', { tool: 'tool-1' }],
  ['that call a tool that is not there', { tool: 'nothing' }],
  ['with bad calls', { badCalls: 'true' }],
  ['with a good call', { badCalls: 'false' }],
  ['by the id of the reply', { replyId: 'reply-req_500' }],
  ['replays of one that is not there', { replayOf: 'nothing' }],
  ['a pattern that fits nothing', { model: 'nothing*' }],
  ['a word that most texts hold', { search: 'word0' }],
  ['a rare word', { search: 'wordf0r' }],
  ['two words of a model', { search: 'word5 word7', model: 'model-5' }],
  ['a day', { from: '2026-11-05T00:00:00Z', to: '2026-11-06T00:00:00Z' }],
];

const WORDS = Array.from({ length: 20_000 }, (_, at) => `word${at.toString(36)}`);
const says = (count: number): string => Array.from({ length: count }, () => pick(WORDS)).join(' ');

/** One in ten with a text to search for: each has its price when it is written, and all have when they are read. */
function withTexts(trace: TraceRecord): TraceEntry {
  if (random() > 0.1) return { trace };
  const texts = { prompt: says(60), reply: says(30), tools: '' };
  const name = `tool-${Math.floor(random() * 20)}`;
  const call = {
    callId: trace.id,
    name,
    arguments: '{}',
    growth: [],
    startMs: 1,
    endMs: 2,
    state: 'ok',
  } as const;
  const calls = random() < 0.2 ? [call] : [];
  return {
    trace: { ...trace, bodies: 'kept' },
    analysis: { calls, results: [], texts, replyId: `reply-${trace.id}` },
  };
}

async function fill(store: TraceStore): Promise<void> {
  for (let at = 0; at < COUNT; at += BATCH) {
    await store.put(
      Array.from({ length: Math.min(BATCH, COUNT - at) }, (_, n) => withTexts(generate(at + n))),
    );
    await store.commit();
  }
}

async function time(name: string, ask: () => Promise<unknown>): Promise<void> {
  const begun = performance.now();
  await ask();
  console.log(`${name.padEnd(40)} ${(performance.now() - begun).toFixed(1).padStart(9)} ms`);
}

const folder = await mkdtemp(join(tmpdir(), 'dragoman-bench-traces-'));
const store = await openSqliteStore(folder);
try {
  await time(`${COUNT} traces written`, () => fill(store));
  for (const [name, query] of QUESTIONS) await time(name, () => store.list(traceQuerySchema.parse(query)));
  const day = { from: '2026-11-05T00:00:00Z', to: '2026-11-06T00:00:00Z' };
  await time('statistics of a day by hour', () =>
    store.stats(statsQuerySchema.parse({ ...day, bucketSeconds: 3600 })),
  );
  await time('statistics of a day by model', () =>
    store.stats(statsQuerySchema.parse({ ...day, by: 'model' })),
  );
  const bounds = { maxAgeMs: Infinity, maxCount: COUNT - COUNT / 50, maxBytes: Infinity };
  await time('one step of pruning', () => store.prune(bounds, BEGINNING));
  await time('the rest of a fiftieth pruned', async () => {
    while ((await store.prune(bounds, BEGINNING)) > 0);
  });
} finally {
  await store.close();
  await rm(folder, { recursive: true, force: true });
}
