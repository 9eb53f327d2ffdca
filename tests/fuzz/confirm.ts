import { attempt, type Case, requestOf, shown } from './attempt.ts';
import { build } from '../support/hostile/generate.ts';
import { told, type Suspect } from './run.ts';
import { checkTraces } from './traces-check.ts';
import { createWatch } from './watch.ts';
import { startWorld, type World } from './world.ts';

/** All kinds of faults, by the words that their sentences begin with. */
export const KINDS = [
  'crash',
  'hang',
  'stall',
  'thread',
  'silent',
  'refused',
  'status',
  'framing',
  'envelope',
  'stream',
  'active',
  'leak',
  'injected',
  'smuggled',
] as const;

/** What must not happen, and the smallest request that makes it happen. */
export interface Fault {
  readonly which: Case;
  readonly what: string;
  readonly route: string;
  /** The mutations that it needs. */
  readonly mutations: readonly string[];
  readonly message: string;
}

/** So often has a request to repeat what it is suspected of. */
const REPEATS = 2;

const ENOUGH_OF_A_KIND = 8;

/** Tries each suspect alone, against a gateway of its own as long as it does harm, and drops needless mutations. */
export async function confirm(suspects: readonly Suspect[]): Promise<readonly Fault[]> {
  const court = createCourt();
  const faults: Fault[] = [];
  try {
    for (const suspect of suspects) {
      const kind = kindOf(suspect.what);
      if (isAmong(faults, suspect.which, suspect.what)) continue;
      if (faults.filter((fault) => kindOf(fault.what) === kind).length >= ENOUGH_OF_A_KIND) continue;
      const what = await court.witness(suspect.which, kind);
      if (what !== undefined) faults.push(await shrink({ ...suspect, what }, court));
    }
    return faults;
  } finally {
    await court.close();
  }
}

/** A fault for people: what happened, what it needs, and how to see it again. */
export function explain({ which, what, route, mutations, message }: Fault): string {
  return [
    `#${which.number} ${route}: ${what}`,
    `  with ${mutations.join(', ') || 'no mutation'}`,
    `  ${message}`,
    `  npm run fuzz -- --seed ${which.seed} --replay ${which.number}`,
  ].join('\n');
}

interface Court {
  /** What a request does alone, if it is of this kind. */
  witness(which: Case, kind: string): Promise<string | undefined>;
  world(): Promise<World>;
  close(): Promise<void>;
}

function createCourt(): Court {
  let current: World | undefined;
  const world = async (): Promise<World> => (current ??= await startWorld());
  const close = async (): Promise<void> => {
    await current?.close();
    current = undefined;
  };
  const tryOnce = async (which: Case, kind: string): Promise<readonly string[]> => {
    const here = await world();
    const watch = createWatch(here);
    await watch.look();
    const { faults } = await attempt(which, here);
    const stalls = await watch.look();
    const seen = [...faults, ...(stalls ?? []).map((stall) => `stall: ${told(stall)}`)];
    const unseen = kind === 'thread' ? await checkTraces(here) : undefined;
    if (here.death() !== undefined) seen.push(`crash: ${here.death()}`);
    else if (stalls === undefined) seen.push('hang: the process does not answer');
    else if (unseen !== undefined) seen.push(unseen);
    else return seen;
    await close();
    return seen;
  };
  return {
    world,
    close,
    async witness(which, kind) {
      let what: string | undefined;
      for (let times = 0; times < REPEATS; times += 1) {
        what = (await tryOnce(which, kind)).find((fault) => isLike(kindOf(fault), kind));
        if (what === undefined) return undefined;
      }
      return what;
    },
  };
}

/** A request that hangs the process stalls it first, and keeps its own client waiting. */
const ALIKE: Readonly<Record<string, readonly string[]>> = {
  silent: ['silent', 'hang', 'crash'],
  refused: ['crash', 'hang'],
  stall: ['stall', 'hang'],
  hang: ['hang', 'stall'],
};

function isLike(seen: string, suspected: string): boolean {
  return (ALIKE[suspected] ?? [suspected]).includes(seen);
}

async function shrink({ which, what }: Suspect, court: Court): Promise<Fault> {
  const kind = kindOf(what);
  let kept = requestOf(which, await court.world()).chosen.map((_, at) => at);
  let smallest = what;
  for (const place of kept) {
    const fewer = kept.filter((at) => at !== place);
    const seen = await court.witness({ ...which, kept: fewer }, kind);
    if (seen === undefined) continue;
    kept = fewer;
    smallest = seen;
  }
  const request = requestOf({ ...which, kept }, await court.world());
  return {
    which: { ...which, kept },
    what: smallest,
    route: request.base.route,
    mutations: request.chosen.map(({ mutation }) => mutation.name),
    message: shown(build(request)),
  };
}

/** Whether a suspect was found to be at fault. */
export function isAmong(faults: readonly Fault[], which: Case, what: string): boolean {
  return faults.some(
    (fault) => fault.which.number === which.number && isLike(kindOf(fault.what), kindOf(what)),
  );
}

function kindOf(what: string): string {
  return what.split(':', 1)[0] ?? '';
}
