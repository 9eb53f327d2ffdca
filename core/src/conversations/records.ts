import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { GatewayError, isJsonObject, type JsonObject } from '@dragoman/plugin';
import { createAgeClock } from '../timing/age-clock.ts';
import { readJsonFile, UnreadableFileError } from '../state/files/unreadable.ts';
import { writeFailure } from '../state/files/write-failure.ts';
import { type Entry, type RecordBounds, RecordIndex, type RecordName } from './record-index.ts';

/** JSON objects by owner and name, bounded by number, age and size. The oldest of the largest owner are removed first. */
export interface Records {
  /** Throws an `UnreadableFileError` if the record cannot be read. */
  get(id: RecordName): Promise<JsonObject | undefined>;
  /** The size of a record in bytes; `undefined` if there is none. */
  sizeOf(id: RecordName): number | undefined;
  /**
   * Takes effect at once, and is on disk when it resolves. Throws a `GatewayError` if the record exceeds its owner's
   * quota, or the disk is nearly full.
   */
  put(id: RecordName, record: JsonObject): Promise<void>;
  /** Returns whether there was one. */
  remove(id: RecordName): Promise<boolean>;
}

export interface RecordsInput extends RecordBounds {
  readonly folder: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A monotonic clock. Default: `now`. */
  readonly steady?: () => number;
  /** Whether the disk is nearly full. */
  readonly isDiskLow: () => boolean;
}

/**
 * The owner of records of earlier versions, whose files are not in folders. Each moves to its owner on first use.
 */
const UNCLAIMED = '';

/** How many expired records are removed at a time. */
const MAX_EXPIRED = 1_000;

/** Opens a folder with one folder per owner and one file per record. Names must be valid file names. */
export async function openRecords(input: RecordsInput): Promise<Records> {
  const { folder, now, steady = now, isDiskLow, ...bounds } = input;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const index = new RecordIndex(bounds);
  const found = await listRecords(folder);
  for (const [id, entry] of found) index.set(id, entry);
  const time = createAgeClock({ now, steady, newest: found.at(-1)?.[1].at });
  /** Records being written, by path. */
  const writing = new Map<string, JsonObject>();
  const pathOf = ({ owner, name }: RecordName): string => join(folder, owner, `${name}.json`);

  const remove = async (id: RecordName): Promise<boolean> => {
    await claim(id);
    const path = pathOf(id);
    writing.delete(path);
    const existed = index.delete(id);
    if (existed) await rm(path, { force: true });
    return existed;
  };
  const prune = async (): Promise<void> => {
    for (let left = MAX_EXPIRED; ; left -= 1) {
      const next = index.nextToGo(left > 0 ? time() : -Infinity);
      if (!next) return;
      await remove(next);
    }
  };
  const claim = async (id: RecordName): Promise<void> => {
    const before = { owner: UNCLAIMED, name: id.name };
    const entry = index.get(id) ? undefined : index.get(before);
    if (!entry || id.owner === UNCLAIMED) return;
    index.delete(before);
    index.set(id, entry);
    await mkdir(dirname(pathOf(id)), { recursive: true, mode: 0o700 });
    await rename(pathOf(before), pathOf(id)).catch(() => index.delete(id));
  };

  await prune();
  return {
    async get(id) {
      await claim(id);
      const entry = index.get(id);
      if (!entry) return undefined;
      const path = pathOf(id);
      if (!index.isExpired(entry, time())) return writing.get(path) ?? readRecord(path);
      await remove(id);
      return undefined;
    },
    sizeOf: (id) => (index.get(id) ?? index.get({ owner: UNCLAIMED, name: id.name }))?.bytes,
    async put(id, record) {
      const text = JSON.stringify(record);
      const bytes = Buffer.byteLength(text);
      refuseToKeep(bytes, bounds, isDiskLow());
      const path = pathOf(id);
      const before = index.get(id);
      index.set(id, { at: time(), bytes });
      writing.set(path, record);
      try {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await writeFileAtomic(path, text, { mode: 0o600, fsync: false });
      } catch (error) {
        // The previous record is still there, unless another one was put meanwhile.
        if (writing.get(path) === record) {
          writing.delete(path);
          index.delete(id);
          if (before) index.set(id, before);
        }
        throw new GatewayError(
          'overloaded',
          `It could not be written: ${writeFailure(error) ?? 'see the log'}.`,
          {
            cause: error,
          },
        );
      }
      if (writing.get(path) === record) writing.delete(path);
      // Meanwhile it may have been removed or evicted.
      if (!index.get(id)) await rm(path, { force: true });
      await prune();
    },
    remove,
  };
}

function refuseToKeep(bytes: number, { maxBytes, maxBytesPerOwner }: RecordBounds, isDiskLow: boolean): void {
  const most = Math.min(maxBytes, maxBytesPerOwner);
  if (bytes > most)
    throw new GatewayError(
      'too-large',
      `It has ${bytes} bytes; the conversations of one key may have ${most} in total (conversations.maxBytesPerKey).`,
    );
  if (isDiskLow)
    throw new GatewayError('overloaded', 'The disk of the data folder has too little free space.');
}

async function listRecords(folder: string): Promise<readonly (readonly [RecordName, Entry])[]> {
  const found: (readonly [RecordName, Entry])[] = [];
  if (!existsSync(folder)) return [];
  const owners = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  for (const owner of [UNCLAIMED, ...owners.map(({ name }) => name)]) {
    const names = (await readdir(join(folder, owner))).filter((name) => name.endsWith('.json'));
    const entries = names.map(async (name) => {
      const { mtimeMs: at, size: bytes } = await stat(join(folder, owner, name));
      return [
        { owner, name: name.slice(0, -5) },
        { at, bytes },
      ] as const;
    });
    found.push(...(await Promise.all(entries)));
  }
  return found.toSorted(([, a], [, b]) => a.at - b.at);
}

/** The unreadable records of a folder. */
export async function listUnreadable(folder: string): Promise<readonly UnreadableFileError[]> {
  const found: UnreadableFileError[] = [];
  for (const [{ owner, name }] of await listRecords(folder)) {
    try {
      await readRecord(join(folder, owner, `${name}.json`));
    } catch (error) {
      if (!(error instanceof UnreadableFileError)) throw error;
      found.push(error);
    }
  }
  return found;
}

/** An unreadable record is not a missing one: continuing from it would silently lose the history. */
async function readRecord(path: string): Promise<JsonObject | undefined> {
  const value = await readJsonFile(path);
  if (value === undefined || isJsonObject(value)) return value;
  throw new UnreadableFileError(path, [{ path: '', message: 'expected an object' }]);
}
