import { attempt, type Case } from './attempt.ts';
import type { Stall } from './stalls.ts';
import { checkTraces } from './traces-check.ts';
import { createWatch } from './watch.ts';
import type { World } from './world.ts';

export interface RunInput {
  readonly seed: string;
  /** The number of the first request. */
  readonly from?: number;
  readonly requests?: number;
  readonly seconds?: number;
  readonly concurrency?: number;
  /** Hears after each round how many requests were sent. */
  readonly onRound?: (requests: number) => void;
}

/** A request that may have done what must not happen: others ran at the same time. */
export interface Suspect {
  readonly which: Case;
  /** One sentence that begins with the kind. */
  readonly what: string;
}

export interface RunResult {
  readonly requests: number;
  /** By route, then by status; 0 stands for no answer. */
  readonly statuses: ReadonlyMap<string, ReadonlyMap<number, number>>;
  readonly suspects: readonly Suspect[];
  readonly maxRss: number;
}

/** More suspects add nothing. */
const ENOUGH = 60;
/** After so many requests it is looked whether they are still recorded. */
const TRACES_EVERY = 250;
const LOOK_EVERY_MS = 100;

interface Running {
  readonly which: Case;
  readonly begun: number;
}

/** Sends hostile requests until there were enough of them, or the gateway is gone. */
export async function attack(world: World, input: RunInput): Promise<RunResult> {
  const { seed, from = 0, requests = Infinity, seconds = Infinity, concurrency = 8 } = input;
  const statuses = new Map<string, Map<number, number>>();
  const suspects = new Map<string, Suspect>();
  const running = new Map<number, Running>();
  const watch = createWatch(world);
  const until = performance.now() + seconds * 1000;
  let next = from;
  const over = new AbortController();
  let leftInRound = 0;
  const suspect = (which: Case, what: string): void => {
    suspects.set(`${which.number} ${what.split(':', 1)[0]}`, { which, what });
  };
  const suspectAll = (what: string): void => {
    for (const { which } of running.values()) suspect(which, what);
  };
  const goesOn = (): boolean =>
    next < from + requests &&
    performance.now() < until &&
    world.death() === undefined &&
    suspects.size < ENOUGH;
  const work = async (): Promise<void> => {
    while (goesOn() && leftInRound > 0) {
      leftInRound -= 1;
      const which = { seed, number: next };
      next += 1;
      running.set(which.number, { which, begun: Date.now() });
      const { request, status, faults } = await attempt(which, world);
      if (world.death() !== undefined) suspectAll('crash: the process ended');
      setTimeout(() => running.delete(which.number), LOOK_EVERY_MS * 2);
      count(statuses, request.base.route, status);
      for (const what of faults) suspect(which, what);
    }
  };
  const look = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const stalls = await watch.look();
      if (stalls === undefined) suspectAll('hang: the process does not answer');
      for (const stall of stalls ?? []) {
        for (const { which } of duringStall(stall, running)) suspect(which, `stall: ${told(stall)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  };
  const looking = look();
  while (goesOn()) {
    const since = next;
    leftInRound = TRACES_EVERY;
    await Promise.all(Array.from({ length: concurrency }, work));
    const what = world.death() === undefined ? await checkTraces(world) : undefined;
    input.onRound?.(next - from);
    if (what === undefined) continue;
    for (let number = since; number < next; number += 1) suspect({ seed, number }, what);
    break;
  }
  over.abort();
  await looking;
  return {
    ...{ requests: next - from, statuses },
    suspects: [...suspects.values()],
    maxRss: watch.maxRss(),
  };
}

function duringStall({ at }: Stall, running: ReadonlyMap<number, Running>): readonly Running[] {
  return [...running.values()].filter(({ begun }) => begun <= at);
}

export function told({ cpuMs }: Stall): string {
  return `the main thread worked for ${Math.round(cpuMs)} ms at a stretch`;
}

function count(statuses: Map<string, Map<number, number>>, route: string, status: number): void {
  const row = statuses.get(route) ?? new Map<number, number>();
  row.set(status, (row.get(status) ?? 0) + 1);
  statuses.set(route, row);
}
