/** `npm run fuzz`: hostile requests against a real gateway. See tests/README.md. */
import { parseArgs } from 'node:util';
import { confirm, explain, isAmong, KINDS } from './confirm.ts';
import { attack, type RunResult, type Suspect } from './run.ts';
import { startWorld } from './world.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    requests: { type: 'string' },
    seconds: { type: 'string' },
    from: { type: 'string' },
    concurrency: { type: 'string' },
    replay: { type: 'string' },
  },
});
const seed = values.seed ?? String(Date.now());

/** A long run shows that it goes on. */
const TELL_EVERY = 2_500;

async function search(): Promise<RunResult> {
  const world = await startWorld();
  try {
    return await attack(world, {
      seed,
      from: Number(values.from ?? 0),
      concurrency: Number(values.concurrency ?? 8),
      requests: Number(values.requests ?? Infinity),
      onRound: (requests) => {
        if (requests % TELL_EVERY === 0) console.error(`${requests} requests …`);
      },
      seconds: Number(values.seconds ?? (values.requests === undefined ? 60 : Infinity)),
    });
  } finally {
    await world.close();
  }
}

/** The suspects of a run, or of the one request that is replayed. */
async function findSuspects(): Promise<readonly Suspect[]> {
  if (values.replay !== undefined) {
    const which = { seed, number: Number(values.replay) };
    return KINDS.map((kind) => ({ which, what: `${kind}: replayed` }));
  }
  const { requests, statuses, suspects, maxRss } = await search();
  console.log(`Seed ${seed}: ${requests} requests, at most ${Math.round(maxRss / 1e6)} MB of memory.`);
  for (const [route, row] of [...statuses].toSorted(([a], [b]) => a.localeCompare(b))) {
    const cells = [...row].toSorted(([a], [b]) => a - b).map(([status, count]) => `${status}×${count}`);
    console.log(`  ${route.padEnd(38)} ${cells.join(' ')}`);
  }
  return suspects;
}

const suspects = await findSuspects();
if (suspects.length > 0) console.log(`\nTrying ${suspects.length} suspects alone …`);
const faults = await confirm(suspects);
for (const fault of faults) console.log(`\n${explain(fault)}`);
const unconfirmed = Map.groupBy(
  suspects.filter(({ which, what }) => values.replay === undefined && !isAmong(faults, which, what)),
  ({ what }) => what,
);
for (const [what, list] of unconfirmed) {
  console.log(
    `\nOnly among others, ${list.length} times, such as #${list[0]?.which.number}: ${what.slice(0, 300)}`,
  );
}
console.log(faults.length === 0 ? '\nNo faults.' : `\n${faults.length} faults.`);
process.exitCode = faults.length > 0 ? 1 : 0;
