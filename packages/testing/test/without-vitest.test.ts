import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';

/** Imports a module in a process that has no vitest, and returns the names of what it exports. */
function namesWithoutVitest(module: string): readonly string[] {
  const program = `
    import { registerHooks } from 'node:module';
    registerHooks({
      resolve(specifier, context, next) {
        if (specifier === 'vitest') throw new Error('vitest is not installed');
        return next(specifier, context);
      },
    });
    const names = Object.keys(await import('${module}'));
    process.stdout.write(JSON.stringify(names));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
    stdio: 'pipe',
  });
  return JSON.parse(output) as readonly string[];
}

it.each([
  ['@dragoman/testing/checks', 'checkProvider'],
  ['@dragoman/testing/upstreams', 'startMockUpstream'],
])('loads %s where vitest is not installed', (module, name) => {
  expect(namesWithoutVitest(module)).toContain(name);
});

it('needs vitest for the suites', () => {
  expect(() => namesWithoutVitest('@dragoman/testing')).toThrow('vitest is not installed');
});
