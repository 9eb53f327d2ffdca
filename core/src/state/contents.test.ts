import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EMPTY, readContents } from './contents.ts';
import { ContentsEncoder } from './encode-contents.ts';
import { CURRENT_VERSION } from './migrations.ts';
import type { State, StateStore, StoredKey } from './state.ts';
import { openStateStore } from './store.ts';

let folder: string;
let reports: { readonly fields: object; readonly message: string | undefined }[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dragoman-contents-'));
  reports = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const report = (fields: object, message?: string): void => void reports.push({ fields, message });
const file = (): string => join(folder, 'state.json');
const open = (): Promise<StateStore> =>
  openStateStore({ folder, log: { error: report, warn: report, info: () => {} } });
const stored = async (): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(file(), 'utf8')) as Record<string, unknown>;

function key(id: string): StoredKey {
  return { id, name: id, prefix: 'p', hash: 'h', enabled: true, createdAt: '2026-11-20T12:00:00.000Z' };
}

const alias = { name: 'fast', enabled: true, candidates: [{ model: 'm' }], fallbacks: {}, timeouts: {} };
/** As a newer release may have written it. */
const NEWER = {
  version: CURRENT_VERSION,
  upstreams: [{ id: 'up', provider: 'echo', region: 'eu', options: { apiKey: { $sealed: 'v2.x' } } }],
  aliases: [
    { ...alias, candidates: [{ model: 'm', tier: 2 }] },
    { name: 'ranked', candidates: 'by rank' },
  ],
  keys: [{ ...key('a'), team: 'red' }, { ...key('b'), relay: 'some-new-level' }, key('c')],
  settings: { adminPasswordHash: 'x', theme: 'dark' },
  groups: [{ id: 'g' }],
};

const rename =
  (id: string, name: string) =>
  (state: State): State => ({
    ...state,
    keys: state.keys.map((each) => (each.id === id ? { ...each, name } : each)),
  });

describe('a state that another release wrote', () => {
  beforeEach(() => writeFile(file(), JSON.stringify(NEWER)));

  it('is used as far as this one understands it, and the rest is named', async () => {
    const store = await open();
    expect(store.read().keys).toEqual([key('a'), key('c')]);
    expect(store.read().aliases.map(({ name }) => name)).toEqual(['fast']);
    expect(store.unusable).toMatchObject([
      { file: 'state.json', list: 'aliases', path: 'aliases[1].candidates' },
      { file: 'state.json', list: 'keys', path: 'keys[1].relay' },
    ]);
    expect(reports.map(({ fields }) => fields)).toMatchObject([
      {
        problems: [
          expect.stringContaining('aliases[1].candidates: '),
          expect.stringContaining('keys[1].relay: '),
        ],
      },
      {
        fields: [
          ...[
            'groups',
            'settings.theme',
            'upstreams[0].region',
            'aliases[0].candidates[0].tier',
            'keys[0].team',
          ],
        ],
      },
    ]);
    expect(await stored()).toEqual(NEWER);
  });

  it('loses nothing by changes of this one', async () => {
    let store = await open();
    await store.update(rename('a', 'new name'));
    await store.update((state) => ({ ...state, keys: [...state.keys, key('d')] }));
    store = await open();
    await store.update(({ settings: { adminPasswordHash: _, ...settings }, ...rest }) => ({
      ...rest,
      settings,
    }));
    await store.update((state) => ({ ...state, keys: state.keys.filter(({ id }) => id !== 'c') }));
    expect(await stored()).toMatchObject({
      ...NEWER,
      upstreams: [{ region: 'eu' }],
      keys: [{ ...key('a'), name: 'new name', team: 'red' }, key('d'), NEWER.keys[1]],
      settings: { theme: 'dark' },
    });
    expect((await stored())['settings']).toEqual({ theme: 'dark' });
  });

  it('refuses another row of a name that was set aside', async () => {
    const store = await open();
    const add = store.update((state) => ({
      ...state,
      aliases: [...state.aliases, { ...alias, name: 'ranked' }],
    }));
    await expect(add).rejects.toThrow('"ranked" already exists in aliases');
  });

  it('lets go of the unknown fields of a row that is removed', async () => {
    const store = await open();
    await store.update((state) => ({ ...state, keys: [] }));
    expect((await stored())['keys']).toEqual([NEWER.keys[1]]);
  });
});

describe('a state with several rows of one name', () => {
  const again = {
    upstreams: [
      { id: 'up', provider: 'echo' },
      { id: 'up', provider: 'other' },
    ],
    aliases: [alias, { ...alias, candidates: [{ model: 'n' }] }],
    keys: [key('a'), { ...key('a'), hash: 'other' }, key('b')],
  };

  it('uses the first, and names the others', async () => {
    await writeFile(file(), JSON.stringify({ version: CURRENT_VERSION, settings: {}, ...again }));
    const store = await open();
    expect(store.read()).toMatchObject({
      upstreams: [{ id: 'up', provider: 'echo' }],
      aliases: [{ candidates: [{ model: 'm' }] }],
      keys: [{ id: 'a', hash: 'h' }, { id: 'b' }],
    });
    expect(store.unusable.map(({ path }) => path)).toEqual([
      'upstreams[1].id',
      'aliases[1].name',
      'keys[1].id',
    ]);
    expect(reports).toMatchObject([
      {
        fields: {
          problems: expect.arrayContaining([
            'keys[1].id: keys[0] has the same name; only that one is used',
          ]) as [],
        },
      },
    ]);
    await store.update(rename('a', 'Renamed'));
    expect(await stored()).toMatchObject({
      keys: [{ name: 'Renamed' }, { id: 'b' }, { id: 'a', hash: 'other' }],
    });
  });

  it('removes all of them together', async () => {
    await writeFile(file(), JSON.stringify({ version: CURRENT_VERSION, settings: {}, ...again }));
    const store = await open();
    await store.update((state) => ({
      ...state,
      upstreams: [],
      keys: state.keys.filter(({ id }) => id !== 'a'),
    }));
    expect(await stored()).toMatchObject({ upstreams: [], aliases: [{}, {}], keys: [{ id: 'b' }] });
    expect((await open()).read().keys).toMatchObject([{ id: 'b' }]);
  });
});

describe('the text of the state', () => {
  it('is JSON for people, whatever is in it', async () => {
    const raw = {
      ...NEWER,
      keys: [{ ...key('line\nbreak'), team: ['\n', '\u2028'] }, ...NEWER.keys],
      empty: [],
    };
    const { contents } = readContents('f', raw);
    const encoder = new ContentsEncoder();
    for (const each of [contents, contents, EMPTY]) {
      const text = (await encoder.encode(each)).toString();
      expect(text).toBe(`${JSON.stringify(JSON.parse(text), undefined, 2)}\n`);
    }
  });

  it('has all rows of many', async () => {
    const keys = Array.from({ length: 3_000 }, (_, at) => key(`key ${at}`));
    const state = { ...EMPTY.state, keys };
    const text = (await new ContentsEncoder().encode({ ...EMPTY, state })).toString();
    expect((JSON.parse(text) as State).keys).toEqual(keys);
  });

  it('gives others a turn while many rows are put together', async () => {
    const keys = Array.from({ length: 3_000 }, (_, at) => key(`key ${at}`));
    let turns = 0;
    let isDone = false;
    const take = (): void => {
      turns += 1;
      if (!isDone) setImmediate(take);
    };
    setImmediate(take);
    const { length } = await new ContentsEncoder().encode({ ...EMPTY, state: { ...EMPTY.state, keys } });
    isDone = true;
    expect(turns).toBeGreaterThan(Math.floor(length / (64 * 1024)) - 1);
  });
});

describe('a change', () => {
  it('checks and writes the rows that it touches, and no others', async () => {
    const store = await open();
    const keys = Array.from({ length: 100 }, (_, at) => key(`key ${at}`));
    await store.update((state) => ({ ...state, keys }));
    const before = store.read();
    // Would not be accepted as a new row.
    Object.assign(before.keys[3] ?? {}, { enabled: 'yes' });
    const after = await store.update(rename('key 5', 'other'));
    expect(after.keys.filter((each, at) => each !== before.keys[at]).map(({ name }) => name)).toEqual([
      'other',
    ]);
    expect(after.upstreams).toBe(before.upstreams);
  });
});
