import { isJsonObject, type JsonObject, type JsonValue } from '@dragoman/plugin';
import { LIST_NAMES, readContents } from './contents.ts';
import { CURRENT_VERSION, migrate, NewerStateError } from './migrations.ts';
import { readRow } from './rows.ts';
import { settingsSchema } from './state.ts';

/**
 * A stored state, of any version, reduced to what this version can use; `undefined` if nothing can be kept. Throws a
 * {@link NewerStateError} for a state of a newer gateway.
 */
export function salvageState(stored: unknown): JsonObject | undefined {
  if (!isJsonObject(stored)) return undefined;
  const lists = LIST_NAMES.map((name) => {
    const rows = stored[name];
    return [name, Array.isArray(rows) ? (rows as readonly JsonValue[]) : []] as const;
  });
  const isFine = !('problems' in readRow(settingsSchema, stored['settings'], []));
  const whole = {
    ...{ ...stored, version: versionIn(stored) },
    ...Object.fromEntries(lists),
    ...(!isFine && { settings: {} }),
  };
  let migrated: JsonObject;
  try {
    migrated = migrate(whole);
  } catch (error) {
    if (error instanceof NewerStateError) throw error;
    return undefined;
  }
  const { problems } = readContents('', migrated);
  const unusable = new Set(problems.map(({ list, at }) => `${list} ${at}`));
  const kept = lists.map(([name, rows]) => [name, rows.filter((_, at) => !unusable.has(`${name} ${at}`))]);
  return { ...whole, ...Object.fromEntries(kept) };
}

/** Without a version, the rows are read as of this one: each is checked, and none gains a right. */
function versionIn({ version }: JsonObject): number {
  const number = typeof version === 'string' && /^\d+$/.test(version) ? Number(version) : version;
  return typeof number === 'number' && Number.isInteger(number) && number >= 1 ? number : CURRENT_VERSION;
}
