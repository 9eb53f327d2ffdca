import { Dice } from '../support/hostile/dice.ts';
import { type Actor, ACTORS } from './actors.ts';
import { Lull } from './lull.ts';
import type { Sample } from './probe.ts';
import { slopeOf } from './slope.ts';
import { startWorld, type World } from './world.ts';

export interface SoakInput {
  readonly minutes: number;
  readonly seed: string;
  /** Clients and operators that act at the same time. */
  readonly concurrency?: number;
  readonly onSample?: (sample: TimedSample, soFar: Pick<SoakResult, 'acts' | 'errors'>) => void;
}

export interface TimedSample extends Sample {
  /** Since the start. */
  readonly minutes: number;
}

/** In MB a minute. */
export interface Slope {
  readonly rss: number;
  /** The heaps of all threads. */
  readonly heap: number;
}

export interface SoakResult {
  /** How often each actor acted. */
  readonly acts: ReadonlyMap<string, number>;
  /** What must not have happened, by what it is, with how often it did. */
  readonly errors: ReadonlyMap<string, number>;
  readonly samples: readonly TimedSample[];
  /** After the warm-up; absent when the run was too short to tell. */
  readonly slope?: Slope;
  /** Handles beyond those before the load, once it was over. */
  readonly left: Readonly<Record<string, number>>;
  /** How the process ended when it was told to. */
  readonly exitCode: number | null;
}

const SAMPLES_A_MINUTE = 2;
/** Node never unloads a module: reloads every few seconds, which no operator does, would hide all other growth. */
const RELOAD_EVERY_MS = 20_000;
/** The caches fill and the code is compiled in the first minutes. */
const WARM_UP_MINUTES = 5;
/** So long a run after the warm-up tells how memory grows. */
const LEAST_MINUTES = 5;
/** Connections that nobody uses are closed within this time. */
const SETTLE_MS = 30_000;
const LOOK_EVERY_MS = 200;
const MB = 1e6;
/** In characters: enough for the beginning of a stack. */
const MAX_ERROR = 1_000;

/** Runs a gateway under mixed load, and looks at what it leaves behind. */
export async function soak(input: SoakInput): Promise<SoakResult> {
  const { minutes, seed, concurrency = 6, onSample } = input;
  const world = await startWorld();
  try {
    const acts = new Map<string, number>();
    const errors = new Map<string, number>();
    const samples: TimedSample[] = [];
    const begun = performance.now();
    const now = (): number => (performance.now() - begun) / 60_000;
    const before = await world.sample();
    const blame = (who: string, error: unknown): void => {
      const what = `${who}: ${error instanceof Error ? explain(error) : String(error)}`.slice(0, MAX_ERROR);
      errors.set(what, (errors.get(what) ?? 0) + 1);
    };
    const tryTo = async (name: string, work: () => Promise<void>): Promise<void> => {
      try {
        await work();
      } catch (error) {
        blame(name, error);
      }
      acts.set(name, (acts.get(name) ?? 0) + 1);
    };
    const dice = new Dice(seed);
    const weighted = ACTORS.map((actor): [number, Actor] => [actor.weight, actor]);
    let number = 0;
    const lull = new Lull();
    const over = new AbortController();
    const play = async (): Promise<void> => {
      while (!over.signal.aborted && now() < minutes) {
        const actor = dice.pickWeighted(weighted);
        const part = { world, dice, number: (number += 1) };
        await lull.work(() => tryTo(actor.name, () => actor.act(part)));
      }
    };
    const every = async (ms: number, work: () => Promise<void>): Promise<void> => {
      for (let next = ms; next < minutes * 60_000; next += ms) {
        await Promise.race([pause(begun + next - performance.now()), world.ended]);
        if (over.signal.aborted) return;
        await work();
      }
    };
    // Without a gateway, all that follows would fail, and hide why it ended.
    void world.ended.then(() => over.abort());
    let turn = 0;
    await Promise.all([
      ...Array.from({ length: concurrency }, play),
      every(RELOAD_EVERY_MS, () => lull.work(() => tryTo('reloads', () => reload(world, (turn += 1))))),
      every(60_000 / SAMPLES_A_MINUTE, async () => {
        const taken = await lull
          .measure(() => world.sample())
          .catch((error: unknown) => blame('samples', error));
        if (!taken) return;
        const sample = { ...taken, minutes: now() };
        samples.push(sample);
        onSample?.(sample, { acts, errors });
      }),
    ]);
    await world.rest();
    const left = over.signal.aborted ? {} : await settle(world, before.handles);
    if (over.signal.aborted) blame('process', 'The gateway ended during the run.');
    const { code, stdout, stderr } = await world.stop();
    if (stderr.trim() !== '') blame('stderr', stderr.trim());
    for (const line of stdout.split('\n').filter(isErrorLine)) blame('log', messageOf(line));
    return { acts, errors, samples, ...slopes(samples), left, exitCode: code };
  } finally {
    await world.close();
  }
}

/** A new configuration has an alias of its own, which has to be served soon. */
async function reload(world: World, turn: number): Promise<void> {
  await world.reload(turn);
  const deadline = performance.now() + SETTLE_MS;
  while (!(await (await world.ask('/v1/models')).text()).includes(`"turn-${turn}"`)) {
    if (performance.now() > deadline) throw new Error('The new configuration was not loaded.');
    await pause(LOOK_EVERY_MS);
  }
}

/** What is left of handles when the time to close them is over. */
async function settle(world: World, before: Sample['handles']): Promise<Readonly<Record<string, number>>> {
  const deadline = performance.now() + SETTLE_MS;
  for (;;) {
    const { handles } = await world.sample();
    const more = Object.entries(handles)
      .map(([type, count]) => [type, count - (before[type] ?? 0)] as const)
      .filter(([, count]) => count > 0);
    if (more.length === 0 || performance.now() > deadline) return Object.fromEntries(more);
    await pause(LOOK_EVERY_MS);
  }
}

function slopes(samples: readonly TimedSample[]): Pick<SoakResult, 'slope'> {
  const warm = samples.filter(({ minutes }) => minutes > WARM_UP_MINUTES);
  const [first, last] = [warm[0], warm.at(-1)];
  if (!first || !last || last.minutes - first.minutes < LEAST_MINUTES) return {};
  const slope = (value: (sample: Sample) => number): number =>
    slopeOf(warm.map((sample) => [sample.minutes, value(sample) / MB]));
  return {
    slope: { rss: slope(({ rss }) => rss), heap: slope(({ main, workers }) => main.heap + workers.heap) },
  };
}

function explain(error: Error): string {
  const { cause } = error;
  return cause instanceof Error ? `${error.message} (${cause.message})` : error.message;
}

function isErrorLine(line: string): boolean {
  return /"level":(?:50|60|"error"|"fatal")/.test(line);
}

/** Without what differs from line to line. */
function messageOf(line: string): string {
  try {
    const { msg, reason = '' } = JSON.parse(line) as { readonly msg: string; readonly reason?: string };
    return `${msg} ${reason}`;
  } catch {
    return line;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
