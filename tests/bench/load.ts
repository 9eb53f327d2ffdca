/** The load generator: as many requests as fit in a time, each as soon as its connection's last is answered. */
import { once } from 'node:events';
import { Pool } from 'undici';
import { serveParent } from './child.ts';

/** What to send, where, and for how long. */
export interface Job {
  readonly port: number;
  readonly key: string;
  readonly path: string;
  readonly body: string;
  readonly connections: number;
  readonly leastEvents: number;
  readonly seconds: number;
}

/** Milliseconds. */
export interface Quantiles {
  readonly p50: number;
  readonly p99: number;
}

/** What came back. */
export interface Tally {
  readonly requests: number;
  readonly seconds: number;
  /** Server-sent events of all replies together. */
  readonly events: number;
  /** Until a reply was whole. */
  readonly latency: Quantiles;
  /** Until its first byte. */
  readonly firstByte: Quantiles;
}

interface Sample {
  readonly latency: number;
  readonly firstByte: number;
  readonly events: number;
}

async function run(job: Job): Promise<Tally> {
  const { port, connections } = job;
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections, pipelining: 1 });
  const samples: Sample[] = [];
  const started = performance.now();
  const drive = async (): Promise<void> => {
    while (performance.now() - started < job.seconds * 1000) samples.push(await send(pool, job));
  };
  try {
    await Promise.all(Array.from({ length: connections }, drive));
  } finally {
    await pool.destroy();
  }
  return {
    requests: samples.length,
    seconds: (performance.now() - started) / 1000,
    events: samples.reduce((sum, { events }) => sum + events, 0),
    latency: quantiles(samples.map(({ latency }) => latency)),
    firstByte: quantiles(samples.map(({ firstByte }) => firstByte)),
  };
}

async function send(pool: Pool, { path, key, body, leastEvents }: Job): Promise<Sample> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
  const started = performance.now();
  const reply = await pool.request({ method: 'POST', path, headers, body });
  if (reply.statusCode !== 200) throw new Error(`${reply.statusCode} ${await reply.body.text()}`);
  let firstByte = 0;
  let events = 0;
  let last = 0;
  reply.body.on('data', (chunk: Buffer) => {
    firstByte ||= performance.now() - started;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      if (byte === LINE_FEED && last === LINE_FEED) events += 1;
      last = byte;
    }
  });
  await once(reply.body, 'end');
  if (events < leastEvents) throw new Error(`only ${events} of ${leastEvents} events of a reply arrived`);
  return { latency: performance.now() - started, firstByte, events };
}

const LINE_FEED = 0x0a;

function quantiles(values: readonly number[]): Quantiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (part: number): number => sorted[Math.floor((sorted.length - 1) * part)] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}

serveParent({}, run);
