import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquireRunFile, readRunFile } from './run-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dragoman-run-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const RUNNING = { url: 'http://127.0.0.1:8787', token: 'local-token' };

/** Claims the folder in a process of its own, which says so and then waits to be killed. */
async function claimElsewhere(): Promise<ReturnType<typeof spawn>> {
  const script = `
    const { acquireRunFile } = await import(${JSON.stringify(new URL('run-file.ts', import.meta.url).href)});
    const run = await acquireRunFile(process.argv[1]);
    await run.publish(${JSON.stringify(RUNNING)});
    process.stdout.write('claimed');
    setInterval(() => {}, 1_000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

describe('acquireRunFile', () => {
  it('tells others where the gateway is, once it is there, and only while it runs', async () => {
    const run = await acquireRunFile(folder);
    expect(await readRunFile(folder)).toBeUndefined();
    await run.publish(RUNNING);
    expect(await readRunFile(folder)).toEqual({ pid: process.pid, ...RUNNING });
    await run.release();
    expect(await readRunFile(folder)).toBeUndefined();
  });

  it('keeps the token to its owner', async () => {
    const run = await acquireRunFile(folder);
    await run.publish(RUNNING);
    expect((await stat(join(folder, 'run.json'))).mode & 0o777).toBe(0o600);
    await run.release();
    expect(await readdir(folder)).not.toContain('run.json');
  });

  it('gives a folder to one of several starts at once', async () => {
    const starts = await Promise.allSettled(Array.from({ length: 5 }, () => acquireRunFile(folder)));
    const winners = starts.filter((start) => start.status === 'fulfilled');
    expect(winners).toHaveLength(1);
    await winners[0]?.value.release();
    await (await acquireRunFile(folder)).release();
  });

  it('takes no notice of a file that is left, even of a process number that is in use', async () => {
    await writeFile(join(folder, 'run.json'), JSON.stringify({ pid: process.ppid, ...RUNNING }));
    expect(await readRunFile(folder)).toBeUndefined();
    const run = await acquireRunFile(folder);
    expect(await readRunFile(folder)).toBeUndefined();
    await run.release();
  });

  it('finds no gateway in a folder that is not there', async () => {
    expect(await readRunFile(join(folder, 'none'))).toBeUndefined();
  });

  it('refuses the folder of another process and names it, until that one is killed', async () => {
    const child = await claimElsewhere();
    try {
      await expect(acquireRunFile(folder)).rejects.toThrow(`process ${child.pid} at ${RUNNING.url}`);
      expect(await readRunFile(folder)).toEqual({ pid: child.pid, ...RUNNING });
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    expect(await readRunFile(folder)).toBeUndefined();
    await (await acquireRunFile(folder)).release();
  });
});
