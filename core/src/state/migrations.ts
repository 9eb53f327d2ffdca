import { isJsonObject, type JsonObject } from '@dragoman/plugin';
import { StateError } from './files/state-error.ts';

/** What a migration may need besides the state. */
export interface MigrationTools {
  /** Reseals the secrets of a stored upstream. Absent if the state is only inspected. */
  readonly reseal?: ((upstream: JsonObject) => JsonObject) | undefined;
}

/** Migrates a state from version `n` to `n + 1`. Never changed once released. */
export type Migration = (state: JsonObject, tools: MigrationTools) => JsonObject;

export const CURRENT_VERSION = 4;

/** By the version that they start from. */
export const MIGRATIONS: ReadonlyMap<number, Migration> = new Map<number, Migration>([
  [1, bindSecrets],
  [2, keepRelays],
  [3, addHooks],
]);

/** Secrets of version 1 could be opened anywhere they were copied to; now each is bound to its place. */
function bindSecrets(state: JsonObject, { reseal = (upstream) => upstream }: MigrationTools): JsonObject {
  const { upstreams } = state;
  if (!Array.isArray(upstreams)) return state;
  return { ...state, upstreams: upstreams.map((one) => (isJsonObject(one) ? reseal(one) : one)) };
}

/** Before there were levels, keys could relay everything. Existing keys keep that right. */
function keepRelays(state: JsonObject): JsonObject {
  const { keys } = state;
  if (!Array.isArray(keys)) return state;
  return { ...state, keys: keys.map((key) => (isJsonObject(key) ? { relay: 'all', ...key } : key)) };
}

/** Hooks are new. An earlier version would let pass what they refuse, so it must not open a state that may have some. */
function addHooks(state: JsonObject): JsonObject {
  return { hooks: [], ...state };
}

export interface MigrateOptions extends MigrationTools {
  readonly migrations?: ReadonlyMap<number, Migration>;
  readonly current?: number;
}

/** Migrates a stored state to `current`. Throws if it is newer or cannot be migrated. */
export function migrate(
  stored: unknown,
  { migrations = MIGRATIONS, current = CURRENT_VERSION, ...tools }: MigrateOptions = {},
): JsonObject {
  if (!isJsonObject(stored)) throw new TypeError('The state is not a JSON object.');
  let state = stored;
  for (let version = versionOf(state); version !== current; version = versionOf(state)) {
    if (version > current) throw new NewerStateError(version, current);
    const migration = migrations.get(version);
    if (!migration)
      throw new TypeError(`The state cannot be migrated from version ${version} to ${current}.`);
    state = { ...migration(state, tools), version: version + 1 };
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
      `The state has version ${found}, but this gateway supports versions up to ${known} only. Update the gateway.`,
    );
  }
}
