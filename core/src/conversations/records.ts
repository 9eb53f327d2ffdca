import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { isJsonObject, type JsonObject } from '../canonical/json.ts';

/** JSON objects by name, bounded by their number and age; the oldest go first. */
export interface Records {
  get(name: string): Promise<JsonObject | undefined>;
  /** Takes effect at once, and is on the disk when it resolves. */
  put(name: string, record: JsonObject): Promise<void>;
  /** Whether there was one. */
  remove(name: string): Promise<boolean>;
}

export interface RecordsInput {
  readonly folder: string;
  readonly maxCount: number;
  readonly maxAgeMs: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Opens a folder that holds one file for each record. A name must be fit for a file. */
export async function openRecords({ folder, maxCount, maxAgeMs, now }: RecordsInput): Promise<Records> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  /** When each record was written, oldest first. */
  const written = await listRecords(folder);
  /** What is on its way to the disk. */
  const writing = new Map<string, JsonObject>();
  const pathOf = (name: string): string => join(folder, `${name}.json`);

  const remove = async (name: string): Promise<boolean> => {
    writing.delete(name);
    const existed = written.delete(name);
    if (existed) await rm(pathOf(name), { force: true });
    return existed;
  };
  const isExpired = (at: number): boolean => at + maxAgeMs <= now();
  const prune = async (): Promise<void> => {
    for (const [name, at] of written) {
      if (written.size <= maxCount && !isExpired(at)) break;
      await remove(name);
    }
  };

  return {
    async get(name) {
      const at = written.get(name);
      if (at === undefined) return undefined;
      if (!isExpired(at)) return writing.get(name) ?? readRecord(pathOf(name));
      await remove(name);
      return undefined;
    },
    async put(name, record) {
      written.delete(name);
      written.set(name, now());
      writing.set(name, record);
      await writeFileAtomic(pathOf(name), JSON.stringify(record), { mode: 0o600, fsync: false });
      if (writing.get(name) === record) writing.delete(name);
      // Meanwhile it may have been removed, or had to make room.
      if (!written.has(name)) await rm(pathOf(name), { force: true });
      await prune();
    },
    remove,
  };
}

async function listRecords(folder: string): Promise<Map<string, number>> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  const found = await Promise.all(
    names.map(async (name) => [name.slice(0, -5), (await stat(join(folder, name))).mtimeMs] as const),
  );
  return new Map(found.toSorted(([, a], [, b]) => a - b));
}

/** A file that a dying process left half written is none. */
async function readRecord(path: string): Promise<JsonObject | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
