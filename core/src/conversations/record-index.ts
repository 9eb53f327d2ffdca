/** When a record was written, in milliseconds since 1970, and its size. */
export interface Entry {
  readonly at: number;
  readonly bytes: number;
}

export interface RecordBounds {
  readonly maxCount: number;
  readonly maxAgeMs: number;
  readonly maxBytes: number;
  readonly maxBytesPerOwner: number;
}

export interface RecordName {
  readonly owner: string;
  readonly name: string;
}

interface Holding {
  /** Oldest first. */
  readonly entries: Map<string, Entry>;
  bytes: number;
}

/** Tracks the records of each owner, and which to remove next. */
export class RecordIndex {
  readonly #bounds: RecordBounds;
  readonly #owners = new Map<string, Holding>();
  #count = 0;
  #bytes = 0;

  constructor(bounds: RecordBounds) {
    this.#bounds = bounds;
  }

  get({ owner, name }: RecordName): Entry | undefined {
    return this.#owners.get(owner)?.entries.get(name);
  }

  set(id: RecordName, entry: Entry): void {
    this.delete(id);
    let holding = this.#owners.get(id.owner);
    if (!holding) this.#owners.set(id.owner, (holding = { entries: new Map(), bytes: 0 }));
    holding.entries.set(id.name, entry);
    holding.bytes += entry.bytes;
    this.#count += 1;
    this.#bytes += entry.bytes;
  }

  /** Returns whether there was one. */
  delete({ owner, name }: RecordName): boolean {
    const holding = this.#owners.get(owner);
    const entry = holding?.entries.get(name);
    if (!holding || !entry) return false;
    holding.entries.delete(name);
    holding.bytes -= entry.bytes;
    this.#count -= 1;
    this.#bytes -= entry.bytes;
    if (holding.entries.size === 0) this.#owners.delete(owner);
    return true;
  }

  isExpired({ at }: Entry, now: number): boolean {
    return at + this.#bounds.maxAgeMs <= now;
  }

  /** The record to remove next: an expired one, otherwise the oldest of the owner with the most. */
  nextToGo(now: number): RecordName | undefined {
    const { maxCount, maxBytes, maxBytesPerOwner } = this.#bounds;
    let byCount: readonly [string, Holding] | undefined;
    let byBytes: readonly [string, Holding] | undefined;
    for (const pair of this.#owners) {
      const [owner, holding] = pair;
      const oldest = oldestOf(owner, holding);
      if (oldest && this.isExpired(oldest.entry, now)) return oldest;
      if (holding.entries.size > (byCount?.[1].entries.size ?? 0)) byCount = pair;
      if (holding.bytes > (byBytes?.[1].bytes ?? -1)) byBytes = pair;
    }
    const isTooLarge = this.#bytes > maxBytes || (byBytes?.[1].bytes ?? 0) > maxBytesPerOwner;
    if (isTooLarge && byBytes) return oldestOf(...byBytes);
    return this.#count > maxCount && byCount ? oldestOf(...byCount) : undefined;
  }
}

function oldestOf(owner: string, { entries }: Holding): (RecordName & { readonly entry: Entry }) | undefined {
  const [first] = entries;
  return first && { owner, name: first[0], entry: first[1] };
}
