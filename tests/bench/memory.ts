/** `npm run bench:memory`: whether a gateway that records everything keeps its memory. See README.md. */
import { parseArgs } from 'node:util';
import type { Measure } from './child.ts';
import { createChildren } from './children.ts';
import type { Job, Tally } from './load.ts';
import { SCENARIOS } from './scenarios.ts';

const { values } = parseArgs({ options: { requests: { type: 'string', default: '50000' } } });
const REQUESTS = Number(values.requests);
const STEP = 5_000;
/** The first requests compile, fill caches, and let the heaps of both threads grow until each was collected whole. */
const WARM_UP = 120_000;

const [scenario] = SCENARIOS;
if (!scenario) throw new Error('There is no scenario.');
const { path, body, connections, leastEvents } = scenario;
const children = createChildren();
try {
  const mock = await children.start({ name: 'the mock upstream', file: './mock.ts' });
  const env = { UPSTREAM: `http://127.0.0.1:${mock.port}`, GATEWAY: 'recording' };
  const gateway = await children.start<Measure, number>({
    ...{ name: 'the gateway', file: './gateway-process.ts', env },
  });
  const load = await children.start<Job, Tally>({ name: 'the load generator', file: './load.ts' });
  const { port = 0, key = '' } = gateway;
  const sizes: number[] = [];
  for (let sent = 0; sent < WARM_UP + REQUESTS;) {
    const before = sent;
    while (sent < before + STEP) {
      const { requests } = await load.ask({ port, key, path, body, connections, leastEvents, seconds: 0.2 });
      sent += requests;
    }
    const megabytes = (await gateway.ask('rss')) / 1024 / 1024;
    if (sent > WARM_UP) sizes.push(megabytes);
    console.log(`${String(sent).padStart(7)} requests   ${megabytes.toFixed(0).padStart(5)} MiB`);
  }
  const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  const widest = Math.max(...sizes.map((size) => Math.abs(size - mean) / mean));
  console.log(`once warm: ${mean.toFixed(0)} MiB ± ${(widest * 100).toFixed(1)} %   aim: ±10 %`);
} finally {
  await children.stop();
}
