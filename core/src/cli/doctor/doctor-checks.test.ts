import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defineHook, definePlugin } from '@dragoman/plugin';
import { echo } from '@dragoman/plugin-echo';
import { z } from 'zod';
import { resolveConfig } from '../../config/resolve.ts';
import { checkFolder, checkNode, checkState, noticeHooks, noticeRelays } from './doctor-checks.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dragoman-doctor-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('checkNode', () => {
  it('takes the version that is needed, and newer ones', () => {
    for (const version of ['24.0.0', '24.21.0', '26.1.0']) expect(checkNode(version)).toBe(version);
    expect(() => checkNode('22.19.0')).toThrow('22.19.0 is too old; version 24 or newer is needed');
  });
});

describe('checkFolder', () => {
  it('wants a data folder that is closed to other users', async () => {
    expect(await checkFolder(folder)).toBe(folder);
    await chmod(folder, 0o755);
    await expect(checkFolder(folder)).rejects.toThrow(`chmod o= ${folder}`);
  });

  it('wants a data folder that is one', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    await expect(checkFolder(file)).rejects.toThrow('EEXIST');
  });
});

describe('checkState', () => {
  const write = (text: string) => writeFile(join(folder, 'state.json'), text);

  it('counts what is there', async () => {
    expect(await checkState(folder)).toBe('none yet');
    await write('{"version":1,"upstreams":[],"keys":[],"settings":{}}');
    expect(await checkState(folder)).toBe('stored upstreams: 0, keys: 0');
  });

  it('refuses credentials in the URL of an upstream, which earlier versions accepted', async () => {
    const options = { baseUrl: 'https://user:hunter22@api.example.com/v1', apiKey: { $sealed: 'v1.x' } };
    const upstream = { id: 'old', provider: 'openai', options };
    await write(JSON.stringify({ version: 1, upstreams: [upstream], keys: [], settings: {} }));
    await expect(checkState(folder)).rejects.toThrow(
      /^the URL of old contains a user name or password(?!.*hunter22)/,
    );
  });

  it('tells a state that is broken from one of a newer gateway', async () => {
    await write('{"version":1}');
    await expect(checkState(folder)).rejects.toThrow('keys: expected a list');
    await write('{"version":999}');
    await expect(checkState(folder)).rejects.toThrow('The state has version 999');
  });
});

describe('noticeRelays', () => {
  it('names the keys with access to whole accounts, as all keys of earlier versions have', async () => {
    expect(await noticeRelays(folder)).toEqual([]);
    const key = { id: 'k', prefix: 'p', hash: 'h', enabled: true, createdAt: '2026-11-20T12:00:00.000Z' };
    const keys = [
      { ...key, name: 'old' },
      { ...key, name: 'narrow', relay: 'stateless' },
    ];
    await writeFile(
      join(folder, 'state.json'),
      JSON.stringify({ version: 2, upstreams: [], aliases: [], keys, settings: {} }),
    );
    const detail = "these keys have access to whole upstream accounts (relay: 'all'): old";
    expect(await noticeRelays(folder)).toEqual([{ name: 'keys', ok: true, isNotice: true, detail }]);
  });
});

describe('noticeHooks', () => {
  it('names the hooks that are attached to upstreams that do not exist', async () => {
    const options = z.strictObject({});
    const hook = defineHook({ name: 'h', title: 'H', description: 'H.', options, create: () => ({}) });
    const config = resolveConfig({
      plugins: [echo(), definePlugin(() => ({ name: 'hooks', hooks: [hook] }))()],
      data: folder,
      upstreams: [{ id: 'one', provider: 'echo' }],
      hooks: [
        { id: 'a', hook: 'h' },
        { id: 'b', hook: 'h', on: { upstreams: ['one'] } },
        { id: 'c', hook: 'h', on: { upstreams: ['one', 'tow'] } },
      ],
    });
    const detail = 'it is attached to upstreams that do not exist: tow';
    expect(await noticeHooks(config)).toEqual([{ name: 'hook c', ok: true, isNotice: true, detail }]);
  });
});
