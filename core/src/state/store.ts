import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Low } from 'lowdb';
import { z } from 'zod';
import type { JsonObject } from '../canonical/json.ts';
import type { Log } from '../plugin/plugin.ts';
import { createDataFolder } from './folder.ts';
import { DurableJsonFile } from './json-file.ts';
import { CURRENT_VERSION, migrate, NewerStateError } from './migrations.ts';
import { hasLegacySecrets, resealOptions } from './seal-options.ts';
import type { SecretBox } from './secrets.ts';
import { type State, type StateStore, stateSchema } from './state.ts';

export interface StateStoreInput {
  /** The data folder; made when it is not there. */
  readonly folder: string;
  readonly log: Pick<Log, 'error' | 'info'>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Seals secrets of earlier versions again. Without it, they stay as they are. */
  readonly secrets?: SecretBox;
}

const NAME = 'state.json';
const EMPTY: State = { version: CURRENT_VERSION, upstreams: [], aliases: [], keys: [], settings: {} };

/**
 * Opens the state of a data folder. A file that cannot be read is kept aside under a name that tells when, and
 * reported; the gateway then starts with an empty state. One written by a newer gateway stops the start.
 */
export async function openStateStore({
  folder,
  log,
  now = Date.now,
  secrets,
}: StateStoreInput): Promise<StateStore> {
  await createDataFolder(folder);
  const path = join(folder, NAME);
  const file = new DurableJsonFile<State>(path);
  await file.removeLeftovers();
  let state = await load(file, { path, log, now, secrets });

  const db = new Low<State>(file, state);
  let last: Promise<unknown> = Promise.resolve();
  const apply = async (change: (state: State) => State): Promise<State> => {
    const next = stateSchema.parse(change(state));
    db.data = next;
    await db.write();
    // Only what is durable may be seen: a failed write leaves everything as it was.
    state = keepUnchanged(state, next);
    return state;
  };
  return {
    read: () => state,
    update(change) {
      const result = last.then(() => apply(change));
      last = result.catch(() => {});
      return result;
    },
  };
}

interface LoadInput {
  readonly path: string;
  readonly log: Pick<Log, 'error' | 'info'>;
  readonly now: () => number;
  readonly secrets: SecretBox | undefined;
}

async function load(file: DurableJsonFile<State>, input: LoadInput): Promise<State> {
  const { path, log, now, secrets } = input;
  try {
    const stored = await file.read();
    if (stored !== null && stored.version !== CURRENT_VERSION) return await migrateFile(file, stored, input);
    const state = stored === null ? EMPTY : stateSchema.parse(stored);
    if (!hasLegacySecrets(state)) await secrets?.legacy?.retire();
    return state;
  } catch (error) {
    if (error instanceof NewerStateError) throw error;
    if ((error as NodeJS.ErrnoException).code !== undefined) throw error;
    const aside = `${path}.corrupt-${new Date(now()).toISOString().replaceAll(':', '-')}`;
    await file.putAside(aside);
    log.error({ file: aside, error }, 'The state file could not be read and was kept aside; starting empty.');
    return EMPTY;
  }
}

/**
 * Writes a migrated state at once, because secrets of the first format are read only this once. If some cannot be
 * decrypted, a copy of the old file is kept, so that it can be restored together with the right key.
 */
async function migrateFile(file: DurableJsonFile<State>, stored: State, input: LoadInput): Promise<State> {
  const { path, log, now, secrets } = input;
  const unreadable: string[] = [];
  const reseal = (upstream: JsonObject): JsonObject => {
    const owner = ownerSchema.safeParse(upstream);
    if (!secrets || !owner.success) return upstream;
    const resealed = resealOptions(owner.data, secrets);
    unreadable.push(...resealed.unreadable.map((option) => `${owner.data.id} ${option}`));
    return { ...upstream, options: resealed.options as JsonObject };
  };
  const state = stateSchema.parse(migrate(stored, { reseal }));
  if (unreadable.length > 0) {
    const aside = `${path}.before-${new Date(now()).toISOString().replaceAll(':', '-')}`;
    await copyFile(path, aside);
    log.error(
      { unreadable, file: aside },
      'Stored secrets could not be decrypted. Enter them again, or put this file back and start with the right key.',
    );
  }
  await file.write(state);
  const { version } = stored as { readonly version: number };
  log.info(
    { from: version, to: state.version },
    `The data folder was converted from version ${version} to ${state.version}; earlier versions cannot read it.`,
  );
  if (!hasLegacySecrets(state)) await secrets?.legacy?.retire();
  return state;
}

const ownerSchema = z.object({
  id: z.string(),
  provider: z.string(),
  options: z.record(z.string(), z.unknown()),
});

/** Entries that an update left alone stay the very same objects, so that caches keyed by them hold. */
function keepUnchanged(before: State, after: State): State {
  const known = new Map(
    [...before.upstreams, ...before.aliases, ...before.keys].map((entry) => [JSON.stringify(entry), entry]),
  );
  const keep = <T extends object>(entries: readonly T[]): T[] =>
    entries.map((entry) => (known.get(JSON.stringify(entry)) as T | undefined) ?? entry);
  const kept = { upstreams: keep(after.upstreams), aliases: keep(after.aliases), keys: keep(after.keys) };
  return { ...after, ...kept };
}
