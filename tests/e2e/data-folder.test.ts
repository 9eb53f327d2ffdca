import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CliHome, createCliHome, readyGateway } from '../support/cli.ts';

let home: CliHome;
beforeEach(async () => {
  home = await createCliHome();
  await mkdir(home.data, { mode: 0o700 });
});
afterEach(() => home.close());

const key = {
  ...{ id: 'a', name: 'a', prefix: 'sk-dgm-abcdef', hash: 'h', enabled: true, relay: 'new-level' },
  createdAt: '2026-11-20T12:00:00.000Z',
};
const STATE = { version: 4, upstreams: [], hooks: [], aliases: [], keys: [key], settings: {} };
const state = (): string => join(home.data, 'state.json');

describe('a data folder', () => {
  it('whose state cannot be read stops the start, and is repaired on demand only', async () => {
    const text = JSON.stringify({ ...STATE, keys: {} });
    await writeFile(state(), text);
    const { code, stderr } = await home.run(['start', '--port', '0']);
    expect(code).toBe(1);
    expect(stderr).toContain(`The file ${state()} cannot be read:\n  keys: expected a list`);
    expect(stderr).toContain('doctor');
    const look = await home.run(['doctor']);
    expect(look).toMatchObject({ code: 1, stderr: '' });
    expect(look.stdout).toContain('✗ state.json: keys: expected a list');
    expect(await readFile(state(), 'utf8')).toBe(text);
    const repair = await home.run(['doctor', '--repair']);
    expect(repair).toMatchObject({ code: 0, stderr: '' });
    expect(repair.stdout).toContain('✓ repair: state.json: unusable content was removed;');
    expect(repair.stdout).toContain('✓ state: stored upstreams: 0, keys: 0');
  });

  it('with a key that cannot be used is served without it, and says so', async () => {
    await writeFile(state(), JSON.stringify(STATE));
    const gateway = await readyGateway(home.start());
    // There is a key, so it is no first start.
    expect(gateway.key).not.toMatch(/^sk-/);
    const ready = await (await fetch(new URL('/readyz', gateway.url))).json();
    expect(ready).toMatchObject({ status: 'ready', data: { status: 'incomplete', unusable: 1 } });
    const { code, stdout } = await home.run(['doctor', '--repair']);
    expect(code).toBe(1);
    expect(stdout).toContain('✗ repair: Another gateway');
    expect(stdout).toContain('✗ state.json: keys[0].relay: ');
    expect(JSON.parse(await readFile(state(), 'utf8'))).toEqual(STATE);
  });
});
