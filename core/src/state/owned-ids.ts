import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import type { Log } from '@dragoman/plugin';
import { type DataProblem, readIfThere } from './files/unreadable.ts';

/**
 * `object`: files, batches and whatever else relayed requests create. `reply`: a model's reply, of which there are
 * many. `part`: what an upstream keeps with a reply. A part that several clients received, such as a number that is not
 * a real id, belongs to nobody.
 */
export type OwnedKind = 'object' | 'reply' | 'part';

/** Something at an upstream, and the key that created it. */
export interface OwnedId {
  readonly upstream: string;
  readonly id: string;
  /** The id of the key; empty for clients of an open gateway. */
  readonly owner: string;
  readonly kind: OwnedKind;
}

/** Which key created which object at an upstream. Unknown objects have no owner. */
export interface OwnedIds {
  readonly isEmpty: boolean;
  find(upstream: string, id: string): OwnedId | undefined;
  /**
   * Whether an id belongs to other clients only. Two upstreams can be the same account, by the same or different
   * addresses, and their options do not show it reliably. So another client's id is refused at every upstream, unless
   * this client has created an object with the same id.
   */
  isOthers(asked: Omit<OwnedId, 'kind'>): boolean;
  /** Takes effect at once and is written soon after. The first claim of an id wins. */
  claim(owned: OwnedId): void;
  /** Lines that this version cannot use. They stay in the file. */
  readonly unusable: readonly DataProblem[];
  /** Writes what is pending. */
  close(): Promise<void>;
}

export interface OwnedIdsInput {
  readonly folder: string;
  readonly log: Pick<Log, 'error'>;
  readonly bounds?: OwnedBounds;
}

export interface OwnedBounds {
  /** The most ids of one kind per key; the oldest are dropped first. */
  readonly perOwner: number;
  /** The most ids in total; the oldest of the key with the most are dropped first. */
  readonly total: number;
}

const BOUNDS: OwnedBounds = { perOwner: 20_000, total: 200_000 };
export const OWNED_IDS_FILE = 'upstream-ids.jsonl';
export const MAX_ID_LENGTH = 256;

/** The owner of a part that several clients received. */
const EVERYBODY = '*';

const lineSchema = z.tuple([z.string(), z.string(), z.string(), z.enum(['object', 'reply', 'part'])]);

/**
 * Opens the file of a data folder. Each line is one id; when there are too many, the oldest are dropped. Throws an
 * `UnreadableFileError` if it cannot be read: without it, nothing at upstreams would have an owner.
 */
export async function openOwnedIds({ folder, log, bounds = BOUNDS }: OwnedIdsInput): Promise<OwnedIds> {
  const path = join(folder, OWNED_IDS_FILE);
  const table = new OwnedTable(bounds);
  const read = await readOwnedIds(path);
  for (const owned of read.owned) table.add(owned);
  if (read.problems.length > 0)
    log.error(
      { file: path, problems: read.problems.slice(0, MAX_NAMED), count: read.problems.length },
      'This version cannot use some rows of upstream-ids.jsonl. They stay in the file. See: ./dragoman doctor',
    );
  let pending: string[] = [];
  // A file that ends within a line is rewritten, or the next line appended would be lost, too.
  let lines = read.isCut ? Infinity : read.owned.length + read.setAside.length;
  let writing: Promise<void> | undefined;

  const write = async (): Promise<void> => {
    while (pending.length > 0) {
      const batch = pending;
      pending = [];
      try {
        lines += batch.length;
        if (lines > 2 * table.size + MIN_REWRITE) {
          const all = [...read.setAside.map((line) => `${line}\n`), ...table.all().map(lineOf)];
          await writeFileAtomic(path, all.join(''), { mode: 0o600 });
          lines = all.length;
        } else await appendFile(path, batch.join(''), { mode: 0o600 });
      } catch (error) {
        log.error({ error, file: path }, 'The owners of upstream ids could not be written.');
        lines = Infinity;
      }
    }
    writing = undefined;
  };
  return {
    get isEmpty() {
      return table.size === 0;
    },
    find: (upstream, id) => table.find(upstream, id),
    isOthers: (asked) => table.isOthers(asked),
    claim(owned) {
      if (owned.id === '' || owned.id.length > MAX_ID_LENGTH || !table.add(owned)) return;
      pending.push(lineOf(owned));
      writing ??= write();
    },
    unusable: read.problems.map((problem) => ({ ...problem, file: OWNED_IDS_FILE })),
    close: async () => writing,
  };
}

/** The file is rewritten once it has this many more lines than it needs. */
const MIN_REWRITE = 10_000;

export function lineOf({ upstream, id, owner, kind }: OwnedId): string {
  return `${JSON.stringify([upstream, id, owner, kind])}\n`;
}

/** How many are named in one log line. */
const MAX_NAMED = 20;

export interface ReadOwnedIds {
  readonly owned: readonly OwnedId[];
  /** Lines that cannot be used. */
  readonly setAside: readonly string[];
  readonly problems: readonly Omit<DataProblem, 'file'>[];
  /** Whether the last line is incomplete, as after a crash. */
  readonly isCut: boolean;
}

/** Reads the file without changing it. Throws an `UnreadableFileError` if it cannot be read at all. */
export async function readOwnedIds(path: string): Promise<ReadOwnedIds> {
  const lines = ((await readIfThere(path)) ?? '').split('\n');
  const isCut = lines.at(-1) !== '';
  // An editor may have removed just the final line break.
  if (!parseLine(lines.at(-1) ?? '')) lines.pop();
  const owned: OwnedId[] = [];
  const setAside: string[] = [];
  const problems: ReadOwnedIds['problems'][number][] = [];
  for (const [at, line] of lines.entries()) {
    const one = parseLine(line);
    if (one) owned.push(one);
    else if (line !== '') {
      setAside.push(line);
      problems.push({ path: `line ${at + 1}`, message: 'expected [upstream, id, owner, kind]' });
    }
  }
  return { owned, setAside, problems, isCut };
}

function parseLine(line: string): OwnedId | undefined {
  try {
    const [upstream, id, owner, kind] = lineSchema.parse(JSON.parse(line));
    return { upstream, id, owner, kind };
  } catch {
    return undefined;
  }
}

/** The ids of all upstreams, and those of each owner and kind by age. */
class OwnedTable {
  readonly #byId = new Map<string, readonly OwnedId[]>();
  readonly #groups = new Map<string, Set<OwnedId>>();
  readonly #bounds: OwnedBounds;
  #size = 0;

  constructor(bounds: OwnedBounds) {
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#size;
  }

  all(): readonly OwnedId[] {
    return [...this.#byId.values()].flat();
  }

  find(upstream: string, id: string): OwnedId | undefined {
    return this.#byId.get(id)?.find((owned) => owned.upstream === upstream);
  }

  isOthers({ upstream, id, owner }: Omit<OwnedId, 'kind'>): boolean {
    const known = this.#byId.get(id);
    if (!known) return false;
    const here = known.find((owned) => owned.upstream === upstream);
    const isForeign = (owned: OwnedId): boolean => owned.owner !== owner && owned.owner !== EVERYBODY;
    return here ? isForeign(here) : known.some(isForeign);
  }

  /** Whether it is new. */
  add(owned: OwnedId): boolean {
    const known = this.#byId.get(owned.id) ?? [];
    if (
      owned.kind === 'part' &&
      known.some((other) => other.kind === 'part' && other.owner !== owned.owner)
    ) {
      if (known.every((other) => other.owner === EVERYBODY)) return false;
      for (const other of known) if (other.kind === 'part') this.#remove(other);
      return this.add({ ...owned, owner: EVERYBODY });
    }
    if (known.some(({ upstream }) => upstream === owned.upstream)) return false;
    this.#byId.set(owned.id, [...known, owned]);
    this.#size += 1;
    const label = labelOf(owned);
    const group = this.#groups.get(label) ?? new Set();
    this.#groups.set(label, group);
    group.add(owned);
    if (group.size > this.#bounds.perOwner) this.#removeOldest(group);
    else if (this.#size > this.#bounds.total) this.#removeOldest(this.#largest());
    return true;
  }

  #largest(): Set<OwnedId> {
    return [...this.#groups.values()].reduce((a, b) => (b.size > a.size ? b : a));
  }

  #removeOldest([oldest]: Set<OwnedId>): void {
    if (oldest) this.#remove(oldest);
  }

  #remove(owned: OwnedId): void {
    this.#groups.get(labelOf(owned))?.delete(owned);
    this.#size -= 1;
    const others = (this.#byId.get(owned.id) ?? []).filter((other) => other !== owned);
    if (others.length > 0) this.#byId.set(owned.id, others);
    else this.#byId.delete(owned.id);
  }
}

function labelOf({ kind, owner }: OwnedId): string {
  return `${kind} ${owner}`;
}
