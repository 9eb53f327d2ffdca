import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const BECOME = new URL('../../packages/dragoman/bin/become.mjs', import.meta.url).href;
const NAMES = ['MALLOC_MMAP_THRESHOLD_', 'MALLOC_TRIM_THRESHOLD_'];

/** What a command that the launcher hands over to finds in its environment. */
async function environment(env: Readonly<Record<string, string>>): Promise<unknown> {
  const tell = `console.log(JSON.stringify(${JSON.stringify(NAMES)}.map((name) => process.env[name])))`;
  const script = `import { become } from ${JSON.stringify(BECOME)};
    become(['-e', ${JSON.stringify(tell)}], {});`;
  const { PATH = '' } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    env: { PATH, ...env },
  });
  return JSON.parse(stdout);
}

describe('the script that starts the gateway', () => {
  it('has the C library return large blocks of memory as soon as they are free', async () => {
    expect(await environment({})).toEqual(['524288', '524288']);
  });

  it('leaves what the environment says about it', async () => {
    expect(await environment({ MALLOC_MMAP_THRESHOLD_: '4096' })).toEqual(['4096', '524288']);
  });
});
