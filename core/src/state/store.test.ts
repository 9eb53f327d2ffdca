import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CURRENT_VERSION } from './migrations.ts';
import { StateError } from './files/state-error.ts';
import type { State, StoredKey } from './state.ts';
import { openStateStore } from './store.ts';

let root: string;
let folder: string;
let told: string[];
let reports: object[];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'dragoman-state-'));
  folder = join(root, 'data');
  reports = [];
  told = [];
});
afterEach(() => rm(root, { recursive: true, force: true }));

const NOW = Date.parse('2026-11-20T12:00:00.000Z');
const open = () =>
  openStateStore({
    folder,
    now: () => NOW,
    log: {
      error: (fields) => void reports.push(fields),
      warn: (fields) => void reports.push(fields),
      info: (_, message) => void told.push(message),
    },
  });
const EMPTY_FILE = '{"version":3,"upstreams":[],"keys":[],"settings":{}}';
const file = (): string => join(folder, 'state.json');

function key(name: string): StoredKey {
  return { id: name, name, prefix: 'p', hash: 'h', enabled: true, createdAt: '2026-11-20T12:00:00.000Z' };
}

function addKey(name: string): (state: State) => State {
  return (state) => ({ ...state, keys: [...state.keys, key(name)] });
}

async function writeStateFile(text: string): Promise<void> {
  await mkdir(folder);
  await writeFile(file(), text);
}

describe('a state of an earlier version', () => {
  it('is converted once, and the log says so', async () => {
    await mkdir(folder);
    await writeFile(file(), '{"version":1,"upstreams":[],"keys":[],"settings":{}}');
    await open();
    await open();
    expect(told).toEqual([
      `The data folder was converted from version 1 to ${CURRENT_VERSION}; earlier versions cannot read it.`,
    ]);
  });
});

describe('openStateStore', () => {
  it('starts empty and writes nothing before the first change', async () => {
    const store = await open();
    expect(store.read()).toEqual({
      version: CURRENT_VERSION,
      upstreams: [],
      hooks: [],
      aliases: [],
      keys: [],
      settings: {},
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it('finds again what it was told to keep', async () => {
    await (await open()).update(addKey('a'));
    expect((await open()).read().keys).toEqual([key('a')]);
  });

  it('keeps the folder and the file to their owner', async () => {
    await (await open()).update(addKey('a'));
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(file())).mode & 0o777).toBe(0o600);
  });

  it('applies changes that come at once one after the other', async () => {
    const store = await open();
    await Promise.all(['a', 'b', 'c', 'd'].map((name) => store.update(addKey(name))));
    expect(store.read().keys.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd']);
    expect((await open()).read()).toEqual(store.read());
  });

  it('keeps the very objects that a change left alone', async () => {
    const store = await open();
    await store.update(addKey('a'));
    const [before] = store.read().keys;
    await store.update(addKey('b'));
    expect(store.read().keys[0]).toBe(before);
  });

  it('stays as it was, and usable, when a write fails', async () => {
    const store = await open();
    const before = await store.update(addKey('a'));
    await rm(folder, { recursive: true });
    await expect(store.update(addKey('lost'))).rejects.toThrow('ENOENT');
    expect(store.read()).toBe(before);
    await mkdir(folder);
    await store.update(addKey('b'));
    expect((await open()).read().keys.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('refuses a change that makes no valid state', async () => {
    const store = await open();
    const before = await store.update(addKey('a'));
    await expect(store.update((state) => ({ ...state, version: 1 }) as unknown as State)).rejects.toThrow();
    expect(store.read()).toBe(before);
  });

  it('removes what a killed process left half written, and nothing else', async () => {
    await (await open()).update(addKey('a'));
    await writeFile(`${file()}.123456`, '{"vers');
    await writeFile(`${file()}.bak`, 'mine');
    await open();
    expect((await readdir(folder)).toSorted()).toEqual(['state.json', 'state.json.bak']);
  });

  it('reads a file that an editor put a byte order mark in front of', async () => {
    await writeStateFile(`\uFEFF${EMPTY_FILE}`);
    expect((await open()).read()).toMatchObject({ keys: [] });
  });

  it.each([
    ['no JSON', 'x', 'it is not valid JSON (unexpected start)'],
    ['cut', '{"version":3,"ups', 'it is not valid JSON'],
    ['empty', '', 'it is empty'],
    ['no state', '[1,2]', 'The state is not a JSON object.'],
    ['of a wrong shape', '{"version":3,"upstreams":[],"keys":{}}', 'keys: expected a list'],
    [
      'of wrong settings',
      EMPTY_FILE.replace('{}', '{"adminPasswordHash":1}'),
      'settings.adminPasswordHash: ',
    ],
    [
      'of no version',
      '{"upstreams":[],"keys":[],"settings":{}}',
      'version: The state has no version number.',
    ],
  ])('stops at a file that is %s, names the place, and leaves the file alone', async (_, text, message) => {
    await writeStateFile(text);
    const error = await open().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StateError);
    expect((error as Error).message).toContain(file());
    expect((error as Error).message).toContain(message);
    expect(await readdir(folder)).toEqual(['state.json']);
    expect(await readFile(file(), 'utf8')).toBe(text);
  });

  it('says nothing of what a broken file holds', async () => {
    await writeStateFile('{"version":3,"keys":[{"hash":"secret-hash"]}');
    await expect(open()).rejects.toThrow(/it is not valid JSON \(line 1, column .*\)(?!.*secret-hash)/s);
  });

  it('stops at a file that the system does not let it read', async () => {
    await mkdir(file(), { recursive: true });
    await expect(open()).rejects.toThrow('reading failed (EISDIR)');
  });

  it('does not start on the state of a newer gateway, and leaves it alone', async () => {
    const text = '{"version":99,"keys":"of another kind"}';
    await writeStateFile(text);
    await expect(open()).rejects.toThrow(/version 99.*versions up to \d only/);
    expect(await readFile(file(), 'utf8')).toBe(text);
  });
});

describe('a store whose process is killed at any instant', () => {
  const ROUNDS = 10;

  it(`has every change that it acknowledged, ${ROUNDS} times`, { timeout: 60_000 }, async () => {
    let known = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const told = await writeUntilKilled(Math.ceil(Math.random() * 8));
      const store = await open();
      const found = store.read().keys.length;
      // The change that was under way may have become durable before it was acknowledged.
      expect([told, told + 1]).toContain(found);
      expect(told).toBeGreaterThan(known);
      known = found;
    }
    expect(reports).toEqual([]);
    expect(await readdir(folder)).toEqual(['state.json']);
  });

  /** Adds keys, in a process of its own, until some were told and a random instant has come; gives their count. */
  async function writeUntilKilled(changes: number): Promise<number> {
    const script = `
      import { writeSync } from 'node:fs';
      const { openStateStore } = await import(${JSON.stringify(new URL('store.ts', import.meta.url).href)});
      const store = await openStateStore({ folder: process.argv[1], log: { error() {}, warn() {}, info() {} } });
      const key = { name: 'x'.repeat(20_000), prefix: 'p', hash: 'h', enabled: true, createdAt: '2026-11-20T12:00:00Z' };
      for (;;) {
        const { keys } = await store.update((s) => ({ ...s, keys: [...s.keys, { ...key, id: String(s.keys.length) }] }));
        writeSync(1, keys.length + '\\n');
      }`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let last = 0;
    let lines = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      last = Number(line);
      lines += 1;
      if (lines === changes) spinThenKill(child);
    }
    return last;
  }

  function spinThenKill(child: ReturnType<typeof spawn>): void {
    const end = performance.now() + Math.random() * 10;
    while (performance.now() < end);
    child.kill('SIGKILL');
  }
});
