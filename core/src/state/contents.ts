import { z } from 'zod';
import { GatewayError, isJsonObject, type JsonObject } from '@dragoman/plugin';
import type { ConfigProblem } from '../validation/config-error.ts';
import { formatPath, problemsOf } from '../validation/issues.ts';
import { aliasSchema } from '../config/routing.ts';
import { hookSchema } from '../config/hook.ts';
import { upstreamSchema } from '../config/upstream.ts';
import { CURRENT_VERSION } from './migrations.ts';
import { EXPLAINED, keepUnknown, readRow } from './rows.ts';
import { keySchema, type ListName, settingsSchema, type State } from './state.ts';
import { UnreadableFileError } from './files/unreadable.ts';

/** The lists of the state: how to read a row, and which field identifies it. */
const LISTS = {
  upstreams: { schema: upstreamSchema, nameOf: ({ id }: State['upstreams'][number]) => id },
  hooks: { schema: hookSchema, nameOf: ({ id }: State['hooks'][number]) => id },
  aliases: { schema: aliasSchema, nameOf: ({ name }: State['aliases'][number]) => name },
  keys: { schema: keySchema, nameOf: ({ id }: State['keys'][number]) => id },
} as const satisfies Readonly<Record<ListName, unknown>>;
export const LIST_NAMES = Object.keys(LISTS) as readonly ListName[];

interface List<Row extends object> {
  readonly schema: z.ZodType<Row>;
  readonly nameOf: (row: Row) => string;
}

/** The whole state file: what this version understands, and what it preserves for other versions. */
export interface Contents {
  readonly state: State;
  /** Fields of the file that this version does not know. */
  readonly rest: JsonObject;
  /** Rows that this version cannot use, as stored. */
  readonly setAside: Readonly<Record<ListName, readonly unknown[]>>;
  /** Rows with fields that this version does not know, as stored. */
  readonly stored: ReadonlyMap<object, unknown>;
}

export const EMPTY: Contents = {
  state: { version: CURRENT_VERSION, upstreams: [], hooks: [], aliases: [], keys: [], settings: {} },
  rest: {},
  setAside: { upstreams: [], hooks: [], aliases: [], keys: [] },
  stored: new Map(),
};

export interface RowProblem extends ConfigProblem {
  readonly list: ListName;
  /** The row's index in the list. */
  readonly at: number;
}

export interface ReadContents {
  readonly contents: Contents;
  /** Why rows were set aside. */
  readonly problems: readonly RowProblem[];
  /** The fields that this version does not know. */
  readonly unknown: readonly string[];
}

const shellSchema = z.object({
  upstreams: z.array(z.unknown()),
  hooks: z.array(z.unknown()).default([]),
  aliases: z.array(z.unknown()).default([]),
  keys: z.array(z.unknown()),
});

/** Reads a state of the current version. Throws an {@link UnreadableFileError} if it cannot be read row by row. */
export function readContents(file: string, raw: JsonObject): ReadContents {
  const shell = shellSchema.safeParse(raw, EXPLAINED);
  if (!shell.success) throw new UnreadableFileError(file, problemsOf(shell.error));
  const { version: _, upstreams: _u, hooks: _h, aliases: _a, keys: _k, settings: rawSettings, ...rest } = raw;
  const settings = readRow(settingsSchema, rawSettings, ['settings']);
  if ('problems' in settings) throw new UnreadableFileError(file, settings.problems);

  const problems: RowProblem[] = [];
  const unknown = [...Object.keys(rest).map((name) => formatPath([name])), ...settings.unknown];
  const stored = new Map<object, unknown>();
  if (settings.unknown.length > 0) stored.set(settings.row, rawSettings);
  const readList = <Row extends object>(list: ListName, { schema, nameOf }: List<Row>) => {
    const rows: Row[] = [];
    const aside: unknown[] = [];
    const places = new Map<string, number>();
    for (const [at, entry] of shell.data[list].entries()) {
      const read = readRow(schema, entry, [list, at]);
      const wrong = 'problems' in read ? read.problems : repeated(list, places.get(nameOf(read.row)), at);
      if ('problems' in read || wrong.length > 0) {
        aside.push(entry);
        problems.push(...wrong.map((problem) => ({ ...problem, list, at })));
        continue;
      }
      places.set(nameOf(read.row), at);
      rows.push(read.row);
      unknown.push(...read.unknown);
      if (read.unknown.length > 0) stored.set(read.row, entry);
    }
    return { rows, aside };
  };
  const upstreams = readList('upstreams', LISTS.upstreams);
  const hooks = readList('hooks', LISTS.hooks);
  const aliases = readList('aliases', LISTS.aliases);
  const keys = readList('keys', LISTS.keys);
  return {
    contents: {
      state: {
        version: CURRENT_VERSION,
        upstreams: upstreams.rows,
        hooks: hooks.rows,
        aliases: aliases.rows,
        keys: keys.rows,
        settings: settings.row,
      },
      rest,
      setAside: {
        upstreams: upstreams.aside,
        hooks: hooks.aside,
        aliases: aliases.aside,
        keys: keys.aside,
      },
      stored,
    },
    problems,
    unknown,
  };
}

/** Only the first of several rows with the same name is used; otherwise, which one is meant would be arbitrary. */
function repeated(list: ListName, first: number | undefined, at: number): readonly ConfigProblem[] {
  if (first === undefined) return [];
  const path = formatPath([list, at, fieldOf(list)]);
  return [{ path, message: `${formatPath([list, first])} has the same name; only that one is used` }];
}

/** The field that identifies a row. */
function fieldOf(list: ListName): 'id' | 'name' {
  return list === 'aliases' ? 'name' : 'id';
}

/** Checks changed rows one by one. */
const rowsSchema = z.custom<readonly unknown[]>((value) => Array.isArray(value));
const nextSchema = z.strictObject({
  version: z.literal(CURRENT_VERSION),
  upstreams: rowsSchema,
  hooks: rowsSchema,
  aliases: rowsSchema,
  keys: rowsSchema,
  settings: settingsSchema,
});

/**
 * The contents after a change. Only rows that are different objects are checked, so that the cost of a change does not
 * grow with the unchanged rows. Rows of equal value stay the same objects, so that caches keyed by them hold.
 */
export function changeContents(before: Contents, changed: State): Contents {
  const { settings } = nextSchema.parse(changed);
  const stored = new Map<object, unknown>();
  const carry = (from: object | undefined, to: object): void => {
    const raw = from && before.stored.size > 0 ? before.stored.get(from) : undefined;
    if (raw !== undefined) stored.set(to, from === to ? raw : keepUnknown(raw, from, to));
  };
  const changeList = <Row extends object>(
    list: ListName,
    { schema, nameOf }: List<Row>,
    [rowsBefore, rows]: readonly [readonly Row[], readonly Row[]],
  ): readonly Row[] => {
    let same: ReadonlySet<Row> | undefined;
    let byName: ReadonlyMap<string, Row> | undefined;
    const isSame = (row: Row, at: number): boolean =>
      row === rowsBefore[at] || (same ??= new Set(rowsBefore)).has(row);
    const next = rows.map((row, at) => {
      if (isSame(row, at)) {
        carry(row, row);
        return row;
      }
      const read = schema.parse(row);
      byName ??= new Map(rowsBefore.map((each) => [nameOf(each), each]));
      const former = byName.get(nameOf(read));
      if (!former) refuseTaken(list, nameOf(read), before);
      const result = former && JSON.stringify(former) === JSON.stringify(read) ? former : read;
      carry(former, result);
      return result;
    });
    return rows === rowsBefore ? rows : next;
  };
  const { state } = before;
  const next = {
    version: CURRENT_VERSION,
    upstreams: changeList('upstreams', LISTS.upstreams, [state.upstreams, changed.upstreams]),
    hooks: changeList('hooks', LISTS.hooks, [state.hooks, changed.hooks]),
    aliases: changeList('aliases', LISTS.aliases, [state.aliases, changed.aliases]),
    keys: changeList('keys', LISTS.keys, [state.keys, changed.keys]),
    settings: changed.settings === state.settings ? state.settings : settings,
  } as const;
  carry(state.settings, next.settings);
  const setAside = {
    upstreams: keepAside('upstreams', before, () =>
      removedFrom(LISTS.upstreams, state.upstreams, next.upstreams),
    ),
    hooks: keepAside('hooks', before, () => removedFrom(LISTS.hooks, state.hooks, next.hooks)),
    aliases: keepAside('aliases', before, () => removedFrom(LISTS.aliases, state.aliases, next.aliases)),
    keys: keepAside('keys', before, () => removedFrom(LISTS.keys, state.keys, next.keys)),
  };
  return { ...before, state: next, setAside, stored };
}

/** The rows that stay aside. One with the name of a removed row is removed, too, or a revoked key could come back. */
function keepAside(
  list: ListName,
  { setAside }: Contents,
  removed: () => ReadonlySet<unknown>,
): readonly unknown[] {
  if (setAside[list].length === 0) return setAside[list];
  const names = removed();
  return setAside[list].filter((row) => !isJsonObject(row) || !names.has(row[fieldOf(list)]));
}

function removedFrom<Row extends object>(
  { nameOf }: List<Row>,
  before: readonly Row[],
  next: readonly Row[],
): ReadonlySet<unknown> {
  const left = new Set(next.map(nameOf));
  return new Set(before.map(nameOf).filter((name) => !left.has(name)));
}

/** A row that was set aside would come back beside the new one. */
function refuseTaken(list: ListName, name: string, { setAside }: Contents): void {
  if (!setAside[list].some((row) => isJsonObject(row) && row[fieldOf(list)] === name)) return;
  throw new GatewayError(
    'conflict',
    `${JSON.stringify(name)} already exists in ${list}, in a form that this version cannot use. See: ./dragoman doctor`,
  );
}
