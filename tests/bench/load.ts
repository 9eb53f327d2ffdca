import { once } from 'node:events';
import { Pool } from 'undici';
import type { Scenario } from './scenarios.ts';
import type { Target } from './target.ts';

/** What one round of one scenario at one target took. */
export interface Round {
  readonly requestsPerSecond: number;
  readonly cpuMicros: number;
  /** Milliseconds until the reply was whole. */
  readonly p50: number;
  readonly p99: number;
  /** Milliseconds until its first byte. */
  readonly firstByte: number;
  readonly chunksPerSecond: number;
}

const quantile = (sorted: readonly number[], part: number): number =>
  sorted[Math.floor((sorted.length - 1) * part)] ?? 0;

/** Sends a fixed number of requests over a fixed number of connections, each as soon as the last is answered. */
export async function runRound(target: Target, scenario: Scenario, chunks: number): Promise<Round> {
  const { connections, requests, body } = scenario;
  const pool = new Pool(`http://127.0.0.1:${target.port}`, { connections, pipelining: 1 });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${target.key ?? 'none'}` };
  const whole: number[] = [];
  const first: number[] = [];
  let left = requests;
  const drive = async (): Promise<void> => {
    while (left-- > 0) {
      const started = performance.now();
      const reply = await pool.request({ method: 'POST', path: '/v1/chat/completions', headers, body });
      if (reply.statusCode !== 200)
        throw new Error(`${target.name} answered ${reply.statusCode}: ${await reply.body.text()}`);
      reply.body.once('data', () => first.push(performance.now() - started));
      await once(reply.body.resume(), 'end');
      whole.push(performance.now() - started);
    }
  };
  const cpuBefore = await target.cpu();
  const started = performance.now();
  await Promise.all(Array.from({ length: connections }, drive));
  const seconds = (performance.now() - started) / 1000;
  const cpuMicros = ((await target.cpu()) - cpuBefore) / requests;
  await pool.close();
  const sorted = whole.toSorted((a, b) => a - b);
  return {
    requestsPerSecond: requests / seconds,
    cpuMicros,
    p50: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
    firstByte: quantile(
      first.toSorted((a, b) => a - b),
      0.5,
    ),
    chunksPerSecond: (requests * chunks) / seconds,
  };
}
