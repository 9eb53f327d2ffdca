import { describe, expect, it } from 'vitest';

import { ENTRIES, goesDown, HOUSES, placeOf } from './rooms.ts';
import { importsOf, isSource, isTest, listFiles } from './workspace.ts';

const files = Object.keys(HOUSES)
  .flatMap((house) => listFiles(house.slice(0, -1)))
  .filter((path) => isSource(path) && !isTest(path));

describe('the order of rooms', () => {
  it('knows the room of every file', () => {
    const homeless = files.filter((path) => !ENTRIES.includes(path) && placeOf(path) === undefined);
    expect(homeless).toEqual([]);
  });

  it('lists no room that is gone', () => {
    const used = new Set(files.map(placeOf).map((place) => `${place?.house}${place?.room}`));
    const listed = Object.entries(HOUSES).flatMap(([house, rooms]) => rooms.map((room) => house + room));
    expect(listed.filter((room) => !used.has(room))).toEqual([]);
  });

  it('has no import that goes up, types included', () => {
    const upward = files.flatMap((path) =>
      importsOf(path)
        .filter((name) => !goesDown(path, name))
        .map((name) => `${path} imports ${name}`),
    );
    expect(upward).toEqual([]);
  });

  it.each([
    ['core/src/routing/router.ts', 'core/src/upstreams/call.ts', true],
    ['core/src/upstreams/call.ts', 'core/src/routing/router.ts', false],
    ['core/src/http/endpoints/relay/relay.ts', 'core/src/http/endpoints/chat.ts', true],
    ['core/src/http/base/write-head.ts', 'core/src/http/app.ts', false],
    ['packages/plugin/src/codec/blocks.ts', 'packages/plugin/src/plugin/provider.ts', false],
    ['packages/plugin/src/plugin/provider.ts', 'core/src/gateway.ts', false],
    ['core/src/http/app.ts', 'core/src/gateway.ts', false],
    ['core/src/cli/program.ts', 'core/src/gateway.ts', true],
  ])('%s may import %s: %s', (from, to, isAllowed) => {
    expect(goesDown(from, to)).toBe(isAllowed);
  });
});

/** Folders with sub-folders may hold more, if they must: their own files are what their rooms share. */
const MAX_FILES = 15;

describe('every folder of sources', () => {
  it(`has at most ${MAX_FILES} files, or sub-folders`, () => {
    const all = ['core/src', 'packages', 'plugins', 'console']
      .flatMap(listFiles)
      .filter((path) => isSource(path));
    const count = new Map<string, number>();
    const parents = new Set<string>();
    for (const path of all) {
      const folders = path.split('/').slice(0, -1);
      const folder = folders.join('/');
      parents.add(folders.slice(0, -1).join('/'));
      if (!isTest(path)) count.set(folder, (count.get(folder) ?? 0) + 1);
    }
    const full = [...count].filter(([folder, files]) => files > MAX_FILES && !parents.has(folder));
    expect(full).toEqual([]);
  });
});
