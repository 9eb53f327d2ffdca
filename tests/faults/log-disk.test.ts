import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CliHome, createCliHome } from '../support/cli.ts';

const ENTRY = fileURLToPath(new URL('../../packages/dragoman/src/main.ts', import.meta.url));
const KIB = 1024;

/** A file system of 64 KiB; `undefined` where nothing can be mounted. */
function mountSmallDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'dragoman-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    rmSync(folder, { recursive: true });
    return undefined;
  }
}

function unmount(folder: string): void {
  execFileSync('umount', ['-l', folder]);
  rmSync(folder, { recursive: true });
}

describe('a full disk of the log', () => {
  let home: CliHome;
  let disk: string | undefined;
  beforeEach(async () => {
    home = await createCliHome();
    disk = mountSmallDisk();
  });
  afterEach(async () => {
    if (disk !== undefined) unmount(disk);
    await home.close();
  });

  /** Starts a gateway whose output goes to a file of the small disk. */
  async function start(folder: string, format: string) {
    const file = join(folder, 'log');
    const output = openSync(file, 'a');
    const env = { ...process.env, DRAGOMAN_LOG_FORMAT: format, DRAGOMAN_LOG_LEVEL: 'info' };
    const child = spawn(process.execPath, [ENTRY, 'start', '--port', '0', '--no-auth'], {
      ...{ cwd: home.folder, env, stdio: ['ignore', output, 'pipe'] as const },
    });
    closeSync(output);
    const errors = child.stderr ? text(child.stderr) : '';
    const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    const url = await urlOf(home);
    return { child, errors, ended, url, file };
  }

  async function urlOf({ data }: CliHome): Promise<string> {
    for (let tries = 0; tries < 400; tries += 1) {
      try {
        return (JSON.parse(readFileSync(join(data, 'run.json'), 'utf8')) as { readonly url: string }).url;
      } catch {
        await wait(25);
      }
    }
    throw new Error('The gateway did not start.');
  }

  const ask = async (url: string): Promise<number> => {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ model: 'echo/echo', messages: [{ role: 'user', content: 'Hello' }] }),
    });
    await response.text();
    return response.status;
  };

  it.for(['json', 'pretty'])('stops neither the requests nor SIGTERM (%s)', async (format, { skip }) => {
    if (disk === undefined) return skip('No tmpfs can be mounted here; root can.');
    const { child, errors, ended, url, file } = await start(disk, format);
    const fill = join(disk, 'fill');
    expect(() => writeFileSync(fill, Buffer.alloc(128 * KIB))).toThrow('ENOSPC');
    for (let round = 0; round < 10; round += 1)
      expect(await Promise.all(Array.from({ length: 20 }, () => ask(url)))).toEqual(Array(20).fill(200));
    const ready = async (): Promise<unknown> => (await fetch(`${url}/readyz`)).json();
    await expect.poll(ready).toMatchObject({
      status: 'ready',
      log: { status: 'degraded', reason: expect.stringContaining('ENOSPC') },
    });
    expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/^dragoman_log_write_failures [1-9]/m);

    rmSync(fill);
    await expect.poll(ready).toMatchObject({ log: { status: 'ok' } });
    expect(readFileSync(file, 'utf8')).toContain('request');

    expect(() => writeFileSync(fill, Buffer.alloc(128 * KIB))).toThrow('ENOSPC');
    await Promise.all(Array.from({ length: 20 }, () => ask(url)));
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(await errors).toBe('');
  });
});
