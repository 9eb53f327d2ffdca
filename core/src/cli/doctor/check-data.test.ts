import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquireRunFile } from '../../state/files/run-file.ts';
import { checkDataFiles, repairDataFiles } from './check-data.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dragoman-data-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const NOW = Date.parse('2026-11-30T12:00:00Z');
const COPY = 'before-repair-2026-11-30T12-00-00.000Z';
const path = (name: string): string => join(folder, name);
async function write(name: string, text: string): Promise<void> {
  await mkdir(dirname(path(name)), { recursive: true });
  await writeFile(path(name), text);
}
const read = (name: string): Promise<string> => readFile(path(name), 'utf8');
const parsed = async (name: string): Promise<unknown> => JSON.parse(await read(name));
const lines = async (): Promise<readonly string[]> =>
  (await checkDataFiles(folder)).map(
    ({ name, ok, isNotice, detail }) => `${ok && isNotice ? '!' : '✗'} ${name}: ${detail}`,
  );

const key = (id: string) => ({
  ...{ id, name: id, prefix: 'p', hash: 'h', enabled: true },
  createdAt: '2026-11-20T12:00:00.000Z',
});
const STATE = { version: 4, upstreams: [], hooks: [], aliases: [], keys: [key('a')], settings: {} };

describe('the data folder', () => {
  it('has nothing to repair when it is empty, or all can be read', async () => {
    expect(await lines()).toEqual([]);
    await write('state.json', JSON.stringify(STATE));
    await write('limits.json', '[]');
    expect(await lines()).toEqual([]);
    expect(await repairDataFiles(folder, NOW)).toMatchObject([{ detail: 'nothing to repair' }]);
    expect(await parsed('state.json')).toEqual(STATE);
  });

  it.each([
    ['state.json', '{"version":3,', 'it is not valid JSON'],
    ['state.json', '[]', 'The state is not a JSON object.'],
    ['limits.json', '{"name":"x"}', 'expected a list'],
  ])('loses %s, of which nothing can be kept, to a copy', async (file, text, message) => {
    await write(file, text);
    const [first, second] = await lines();
    expect(first).toContain(`✗ ${file}: ${message}`);
    expect(second).toContain('./dragoman doctor --repair');
    expect(await read(file)).toBe(text);
    await repairDataFiles(folder, NOW);
    expect(await read(`${file}.${COPY}`)).toBe(text);
    expect(await readdir(folder)).not.toContain(file);
    expect(await lines()).toEqual([]);
  });

  it.each([
    ['keys', 5, []],
    ['settings', { adminPasswordHash: 5 }, {}],
  ])('keeps of a state with wrong %s what can be kept', async (field, wrong, empty) => {
    await write('state.json', JSON.stringify({ ...STATE, [field]: wrong }));
    expect((await lines())[0]).toContain(`✗ state.json: ${field}`);
    await repairDataFiles(folder, NOW);
    expect(await parsed('state.json')).toEqual({ ...STATE, [field]: empty });
  });

  it.each([undefined, null, '4', 3.5, 0, -1])(
    'keeps the rows of a state whose version is %j',
    async (version) => {
      await write('state.json', JSON.stringify({ ...STATE, version }));
      expect((await lines())[0]).toContain('✗ state.json: version: ');
      await repairDataFiles(folder, NOW);
      expect(await parsed('state.json')).toEqual(STATE);
      expect(await lines()).toEqual([]);
    },
  );

  it('names rows with the name of an earlier one, and loses them to a copy', async () => {
    const state = { ...STATE, keys: [key('a'), { ...key('a'), hash: 'other' }, key('b')] };
    await write('state.json', JSON.stringify(state));
    expect((await lines())[0]).toBe(
      '✗ state.json: keys[1].id: keys[0] has the same name; only that one is used',
    );
    await repairDataFiles(folder, NOW);
    expect(await parsed('state.json')).toEqual({ ...STATE, keys: [key('a'), key('b')] });
    expect(await parsed(`state.json.${COPY}`)).toEqual(state);
  });

  it.each([3, 4])(
    'keeps rows that can be used and unknown fields, of version %d as well',
    async (version) => {
      const odd = { ...key('b'), relay: 'new-level' };
      const state = { ...STATE, version, keys: [key('a'), odd, { ...key('c'), team: 'red' }], groups: ['g'] };
      await write('state.json', JSON.stringify(state));
      expect(await lines()).toMatchObject([
        expect.stringContaining('✗ state.json: keys[1].relay: '),
        expect.stringContaining('--repair'),
        expect.stringMatching(/^! state\.json: unknown fields.*: groups, keys\[2\]\.team$/),
      ]);
      await repairDataFiles(folder, NOW);
      expect(await parsed('state.json')).toEqual({ ...state, keys: [state.keys[0], state.keys[2]] });
      expect(await parsed(`state.json.${COPY}`)).toEqual(state);
    },
  );

  it('is repaired in its other files as well', async () => {
    await write('limits.json', '[{"name":5},{"name":"key a costTotal","used":7,"currency":"EUR"}]');
    await write('upstream-ids.jsonl', 'nonsense\n["up","f1","a","object"]\n');
    await write('conversations/0a/1b.json', '{"last":');
    await write('conversations/0a/2c.json', '{"last":"x"}');
    const found = (await lines()).join('\n');
    for (const name of ['limits.json: [0].name', 'upstream-ids.jsonl: line 1', 'conversations/0a/1b.json'])
      expect(found).toContain(`✗ ${name}: `);
    await repairDataFiles(folder, NOW);
    expect(await parsed('limits.json')).toEqual([{ name: 'key a costTotal', used: 7, currency: 'EUR' }]);
    expect(await read('upstream-ids.jsonl')).toBe('["up","f1","a","object"]\n');
    expect(await readdir(path('conversations/0a'))).toEqual([`1b.json.${COPY}`, '2c.json']);
    expect(await lines()).toEqual([]);
  });

  it('is not repaired while a gateway runs on it, nor where a newer one wrote it', async () => {
    const running = await acquireRunFile(folder);
    await expect(repairDataFiles(folder, NOW)).rejects.toThrow('Another gateway');
    await running.release();
    await write('state.json', '{"version":99}');
    await expect(repairDataFiles(folder, NOW)).rejects.toThrow('The state has version 99');
    expect(await read('state.json')).toBe('{"version":99}');
  });

  it('is left alone where the system refuses a file', async () => {
    await mkdir(path('limits.json'));
    expect(await lines()).toEqual([
      expect.stringContaining('✗ limits.json: reading failed (EISDIR)'),
      expect.stringContaining('make it readable first'),
    ]);
    await repairDataFiles(folder, NOW);
    expect(await readdir(folder)).toContain('limits.json');
  });

  it('may have broken traces that were set aside', async () => {
    await write('traces.db.broken-2026-11-30T00-00-00.000Z', '');
    expect(await lines()).toEqual([expect.stringContaining('! traces: traces.db.broken-2026')]);
  });
});
