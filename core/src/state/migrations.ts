import { isJsonObject, type JsonObject } from '../canonical/json.ts';
import { StateError } from './state-error.ts';

/** Turns a state of version `n` into one of version `n + 1`. Never changed once released. */
export type Migration = (state: JsonObject) => JsonObject;

export const CURRENT_VERSION = 1;

/** By the version that they start from. Version 1 is the first, so there is nothing to migrate yet. */
export const MIGRATIONS: ReadonlyMap<number, Migration> = new Map();

/** Brings a stored state up to `current`. Throws an `Error` on a version that is newer or cannot be migrated. */
export function migrate(stored: unknown, migrations = MIGRATIONS, current = CURRENT_VERSION): JsonObject {
  if (!isJsonObject(stored)) throw new TypeError('The state is not a JSON object.');
  let state = stored;
  for (let version = versionOf(state); version !== current; version = versionOf(state)) {
    if (version > current) throw new NewerStateError(version, current);
    const migration = migrations.get(version);
    if (!migration)
      throw new TypeError(`There is no way from version ${version} of the state to ${current}.`);
    state = { ...migration(state), version: version + 1 };
  }
  return state;
}

function versionOf({ version }: JsonObject): number {
  if (typeof version === 'number' && Number.isInteger(version)) return version;
  throw new TypeError('The state has no version number.');
}

/** The state was written by a newer gateway; this one would lose what it does not know. */
export class NewerStateError extends StateError {
  constructor(found: number, known: number) {
    super(
      `The state is of version ${found}, but this gateway knows only versions up to ${known}. Please update it.`,
    );
  }
}
