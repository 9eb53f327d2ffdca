import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const folder = fileURLToPath(new URL('count/', import.meta.url));
const reporter = fileURLToPath(new URL('../../scripts/count-reporter.mjs', import.meta.url));

function run(...files: readonly string[]) {
  const args = ['run', '--root', folder, '--reporter', reporter, ...files];
  const { stdout, status } = spawnSync('vitest', args, { encoding: 'utf8' });
  return { lastLine: stdout.trimEnd().split('\n').at(-1), status };
}

it('counts failing tests, hooks that fail and the tests that these kept from running', () => {
  expect(run('hook')).toEqual({ lastLine: '2 passed, 2 failed, 2 skipped', status: 1 });
});

it('counts a file that cannot be loaded as a failure', () => {
  expect(run('load')).toEqual({ lastLine: '0 passed, 1 failed', status: 1 });
});

it('counts an error that came after its test as a failure', () => {
  expect(run('late')).toEqual({ lastLine: '1 passed, 1 failed', status: 1 });
});
