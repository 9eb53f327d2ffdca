import { describe, expect, it } from 'vitest';

import { goesDown, roomOf, ROOMS } from './rooms.ts';
import { importsOf, isSource, isTest, listFiles } from './workspace.ts';

const files = listFiles('core/src').filter((path) => isSource(path) && !isTest(path));

describe("the order of core's rooms", () => {
  it('knows the room of every file', () => {
    const homeless = files.filter((path) => path !== 'core/src/index.ts' && roomOf(path) === undefined);
    expect(homeless).toEqual([]);
  });

  it('lists no room that is gone', () => {
    const used = new Set(files.map(roomOf));
    expect(ROOMS.filter((room) => !used.has(room))).toEqual([]);
  });

  it('has no import that goes up, types included', () => {
    const upward = files.flatMap((path) =>
      importsOf(path)
        .filter((name) => name.startsWith('core/src/') && !goesDown(path, name))
        .map((name) => `${path} imports ${name}`),
    );
    expect(upward).toEqual([]);
  });

  it.each([
    ['core/src/routing/router.ts', 'core/src/upstreams/call.ts', true],
    ['core/src/upstreams/call.ts', 'core/src/routing/router.ts', false],
    ['core/src/http/endpoints/relay/relay.ts', 'core/src/http/endpoints/chat.ts', true],
    ['core/src/http/base/write-head.ts', 'core/src/http/app.ts', false],
    ['core/src/http-provider/join-url.ts', 'core/src/http/app.ts', false],
    ['core/src/http/app.ts', 'core/src/gateway.ts', false],
    ['core/src/cli/main.ts', 'core/src/gateway.ts', true],
  ])('%s may import %s: %s', (from, to, isAllowed) => {
    expect(goesDown(from, to)).toBe(isAllowed);
  });
});

/** Folders with sub-folders may hold more, if they must: their own files are what their rooms share. */
const MAX_FILES = 15;

describe('every folder of sources', () => {
  it(`has at most ${MAX_FILES} files, or sub-folders`, () => {
    const all = ['core/src', 'plugins', 'console'].flatMap(listFiles).filter((path) => isSource(path));
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
