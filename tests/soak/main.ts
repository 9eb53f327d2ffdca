/** `npm run soak`: a gateway under mixed load for as long as wanted. See tests/README.md. */
import { parseArgs } from 'node:util';
import type { Sample } from './probe.ts';
import { soak } from './run.ts';

/** In MB a minute, after the warm-up. */
const MAX_SLOPE = 1;

const { values } = parseArgs({ options: { minutes: { type: 'string' }, seed: { type: 'string' } } });
const minutes = Number(values.minutes ?? 30);
if (!(minutes > 0)) throw new Error('--minutes must be a number above 0.');
const seed = values.seed ?? String(Date.now());

const sum = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((total, count) => total + count, 0);
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1).padStart(6)} MB`;

function memoryOf({ rss, main, workers, resident }: Sample): string {
  const told = (memory: object): string =>
    Object.entries(memory)
      .map(([name, bytes]) => `${name} ${megabytes(Number(bytes))}`)
      .join('  ');
  const where = resident ? `  resident: ${told(resident)}` : '';
  return `${told({ rss })}  main: ${told(main)}  threads: ${told(workers)}${where}`;
}

const { acts, errors, slope, left, exitCode } = await soak({
  ...{ minutes, seed },
  onSample(sample, soFar) {
    const counts = `${sum(soFar.acts)} acts, ${sum(soFar.errors)} errors`;
    console.log(`${sample.minutes.toFixed(2).padStart(6)} min  ${memoryOf(sample)}  ${counts}`);
  },
});
console.log(`\nSeed ${seed}:`);
for (const [name, count] of acts) console.log(`${String(count).padStart(8)}  ${name}`);
for (const [what, count] of errors) console.log(`ERROR ${count} times: ${what}`);
console.log(
  slope
    ? `Memory: heap ${slope.heap.toFixed(2)} MB/min, rss ${slope.rss.toFixed(2)} MB/min (at most ${MAX_SLOPE})`
    : 'Memory: the run was too short to tell.',
);
console.log(`Handles left: ${Object.keys(left).length === 0 ? 'none' : JSON.stringify(left)}`);
console.log(`Exit code: ${exitCode}`);
const grows = slope !== undefined && (slope.heap >= MAX_SLOPE || slope.rss >= MAX_SLOPE);
const isGood = errors.size === 0 && !grows && Object.keys(left).length === 0 && exitCode === 0;
process.exitCode = isGood ? 0 : 1;
