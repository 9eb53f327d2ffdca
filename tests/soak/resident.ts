import { readFileSync } from 'node:fs';

/** What the resident memory of a process consists of, in bytes. */
export interface Resident {
  /** What the C library's allocator took from the end of the program's data: its main arena. */
  readonly mainArena: number;
  /** The arenas that it keeps for other threads. */
  readonly arenas: number;
  /** Everything else without a file: the heaps of JavaScript, buffers, stacks. */
  readonly anonymous: number;
  /** Code and data from files. */
  readonly files: number;
}

interface Mapping {
  readonly start: number;
  readonly end: number;
  readonly path: string;
  readonly rss: number;
}

/** An arena of a thread consists of regions of this size, each of which begins at a multiple of it. */
const ARENA_REGION = 64 * 1024 * 1024;
/** `start-end rights offset device inode path`, with the field `Rss:` in one of the lines that follow. */
const MAPPING = /^([0-9a-f]+)-([0-9a-f]+) \S+ \S+ \S+ \S+ *(.*)$[^]*?^Rss: +(\d+) kB$/gm;

/** Of this process, on Linux with glibc. Elsewhere nothing is told. */
export function readResident(): Resident | undefined {
  let text: string;
  try {
    text = readFileSync('/proc/self/smaps', 'utf8');
  } catch {
    return undefined;
  }
  return sortMappings(text);
}

export function sortMappings(smaps: string): Resident {
  const mappings = [...smaps.matchAll(MAPPING)].map(([, start = '', end = '', path = '', rss]): Mapping => ({
    start: parseInt(start, 16),
    end: parseInt(end, 16),
    path,
    rss: Number(rss) * 1024,
  }));
  const sums = { mainArena: 0, arenas: 0, anonymous: 0, files: 0 };
  mappings.forEach((mapping, at) => (sums[kindOf(mapping, mappings[at + 1])] += mapping.rss));
  return sums;
}

function kindOf({ start, end, path }: Mapping, next: Mapping | undefined): keyof Resident {
  if (path === '[heap]') return 'mainArena';
  if (path !== '' && !path.startsWith('[')) return 'files';
  const isRegion =
    start % ARENA_REGION === 0 &&
    (end - start === ARENA_REGION || (next?.start === end && next.end - start === ARENA_REGION));
  return isRegion ? 'arenas' : 'anonymous';
}
