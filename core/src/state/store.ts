import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Adapter, Low } from 'lowdb';
import { z } from 'zod';
import { GatewayError, isJsonObject, type JsonObject, type Log } from '@dragoman/plugin';
import { changeContents, type Contents, EMPTY, readContents, type ReadContents } from './contents.ts';
import { removeLeftovers, writeDurably } from './files/durable-file.ts';
import { ContentsEncoder } from './encode-contents.ts';
import { createDataFolder } from './files/folder.ts';
import { CURRENT_VERSION, migrate, type MigrationTools, NewerStateError } from './migrations.ts';
import { hasLegacySecrets, resealOptions } from './secrets/seal-options.ts';
import type { SecretBox } from './secrets/secrets.ts';
import type { State, StateStore } from './state.ts';
import { readJsonFile, UnreadableFileError } from './files/unreadable.ts';
import { writeFailure } from './files/write-failure.ts';

export interface StateStoreInput {
  /** The data folder; created if it does not exist. */
  readonly folder: string;
  readonly log: Pick<Log, 'error' | 'warn' | 'info'>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Reseals secrets of earlier versions. Without it, they stay as they are. */
  readonly secrets?: SecretBox;
}

export const STATE_FILE = 'state.json';

/**
 * Opens the state of a data folder. A file that is unreadable, or from a newer gateway, stops startup. Rows that this
 * version cannot use are set aside and reported; like unknown fields, they stay in the file.
 */
export async function openStateStore({
  folder,
  log,
  now = Date.now,
  secrets,
}: StateStoreInput): Promise<StateStore> {
  await createDataFolder(folder);
  const path = join(folder, STATE_FILE);
  await removeLeftovers(path);
  const { db, problems } = await load({ path, log, now, secrets });
  const unusable = problems.map((problem) => ({ ...problem, file: STATE_FILE }));

  let contents = db.data;
  let last: Promise<unknown> = Promise.resolve();
  const apply = async (change: (state: State) => State): Promise<State> => {
    const next = changeContents(contents, change(contents.state));
    db.data = next;
    await db.write().catch((error: unknown) => {
      log.error({ error, file: path }, 'A change could not be written to the state file.');
      const why = writeFailure(error) ?? 'see the log';
      throw new GatewayError('overloaded', `The change could not be stored, so nothing was changed: ${why}.`);
    });
    // Only durable changes become visible: a failed write leaves everything as it was.
    contents = next;
    return next.state;
  };
  return {
    read: () => contents.state,
    unusable,
    update(change) {
      const result = last.then(() => apply(change));
      last = result.catch(() => {});
      return result;
    },
  };
}

/** The file behind lowdb: atomic on disk, and written without blocking this thread for long. */
class StateFile implements Adapter<Contents> {
  readonly #path: string;
  readonly #tools: MigrationTools;
  readonly #encoder = new ContentsEncoder();
  /** What was read; `undefined` if there is no file. */
  found: ReadState | undefined;

  constructor(path: string, tools: MigrationTools) {
    this.#path = path;
    this.#tools = tools;
  }

  async read(): Promise<Contents | null> {
    this.found = await readStateFile(this.#path, this.#tools);
    return this.found?.contents ?? null;
  }

  async write(contents: Contents): Promise<void> {
    await writeDurably(this.#path, await this.#encoder.encode(contents));
  }
}

/** A state file as this version reads it. */
export interface ReadState extends ReadContents {
  /** The version of the file. */
  readonly version: number;
}

/**
 * Reads a state file without changing it; `undefined` if there is none. Throws a `StateError` if it is unreadable or
 * from a newer gateway.
 */
export async function readStateFile(
  path: string,
  tools: MigrationTools = {},
): Promise<ReadState | undefined> {
  const raw = await readJsonFile(path);
  if (raw === undefined) return undefined;
  const migrated = migrateRaw(path, raw, tools);
  return { ...readContents(path, migrated), version: (raw as { readonly version: number }).version };
}

function migrateRaw(path: string, raw: unknown, tools: MigrationTools): JsonObject {
  try {
    return migrate(raw, tools);
  } catch (error) {
    if (error instanceof NewerStateError || !(error instanceof TypeError)) throw error;
    const place = isJsonObject(raw) ? 'version' : '';
    throw new UnreadableFileError(path, [{ path: place, message: error.message }], error);
  }
}

interface LoadInput extends Required<Pick<StateStoreInput, 'log' | 'now'>> {
  readonly path: string;
  readonly secrets: SecretBox | undefined;
}

interface Loaded {
  readonly db: Low<Contents>;
  readonly problems: ReadContents['problems'];
}

/** How many paths are listed in one log line. */
const MAX_NAMED = 20;

/**
 * Writes a migrated state at once, because secrets of the first format are read only once. If some cannot be
 * decrypted, the old file is copied first, so that it can be restored together with the right key.
 */
async function load({ path, log, now, secrets }: LoadInput): Promise<Loaded> {
  const undecrypted: string[] = [];
  const reseal = (upstream: JsonObject): JsonObject => {
    const owner = ownerSchema.safeParse(upstream);
    if (!secrets || !owner.success) return upstream;
    const resealed = resealOptions(owner.data, secrets);
    undecrypted.push(...resealed.unreadable.map((option) => `${owner.data.id} ${option}`));
    return { ...upstream, options: resealed.options as JsonObject };
  };
  const file = new StateFile(path, { reseal });
  const db = new Low<Contents>(file, EMPTY);
  await db.read();
  if (!file.found) {
    await secrets?.legacy?.retire();
    return { db, problems: [] };
  }
  const { contents, problems, unknown, version } = file.found;
  if (undecrypted.length > 0) {
    const aside = `${path}.before-${new Date(now()).toISOString().replaceAll(':', '-')}`;
    await copyFile(path, aside);
    log.error(
      { unreadable: undecrypted, file: aside },
      'Stored secrets could not be decrypted. Enter them again, or restore this file and start with the right key.',
    );
  }
  if (version !== CURRENT_VERSION) {
    await db.write();
    log.info(
      { from: version, to: CURRENT_VERSION },
      `The data folder was converted from version ${version} to ${CURRENT_VERSION}; earlier versions cannot read it.`,
    );
  }
  const upstreams = [...contents.state.upstreams, ...contents.setAside.upstreams];
  if (!hasLegacySecrets({ upstreams })) await secrets?.legacy?.retire();
  if (problems.length > 0)
    log.error(
      {
        file: path,
        problems: problems.slice(0, MAX_NAMED).map(({ path: at, message }) => `${at}: ${message}`),
      },
      'This version cannot use some rows of the state file. They stay in the file. See: ./dragoman doctor',
    );
  if (unknown.length > 0)
    log.warn(
      { file: path, fields: unknown.slice(0, MAX_NAMED), count: unknown.length },
      'The state file has fields that this version does not know. They stay in the file and have no effect.',
    );
  return { db, problems };
}

const ownerSchema = z.object({
  id: z.string(),
  provider: z.string(),
  options: z.record(z.string(), z.unknown()),
});
