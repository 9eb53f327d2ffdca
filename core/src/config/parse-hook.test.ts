import { defineHook, definePlugin, secret } from '@dragoman/plugin';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ConfigError } from '../validation/config-error.ts';
import { resolveConfig } from './resolve.ts';

const guard = defineHook({
  ...{ name: 'guard', title: 'Guard', description: 'A hook of the tests.' },
  options: z.strictObject({ words: z.array(z.string()), token: secret(z.string()).optional() }),
  create: () => ({}),
});
const plugins = [definePlugin(() => ({ name: 'guards', hooks: [guard] }))()];

function problems(input: object): readonly string[] {
  try {
    resolveConfig(input);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ path, message }) => `${path}: ${message}`);
  }
}

describe('the hooks of a configuration', () => {
  const hook = { id: 'one', hook: 'guard', options: { words: ['x'] } };

  it('have defaults, and falsy ones are skipped', () => {
    const { hooks } = resolveConfig({ plugins, hooks: [undefined, hook, false] });
    expect(hooks).toEqual([{ ...hook, enabled: true, onError: 'closed', timeoutMs: 10_000, shadow: false }]);
  });

  it.each([
    [
      { ...hook, hook: 'gaurd' },
      'hooks[0].hook: there is no hook "gaurd"; did you mean "guard"? known: guard',
    ],
    [{ ...hook, options: { wrds: [] } }, 'hooks[0].options.wrds: unknown field; did you mean words?'],
    [{ ...hook, onerror: 'open' }, 'hooks[0].onerror: unknown field; did you mean onError?'],
    [{ ...hook, on: { aliase: ['m'] } }, 'hooks[0].on.aliase: unknown field; did you mean aliases?'],
    [{ ...hook, timeoutMs: 0 }, 'hooks[0].timeoutMs: expected at least 1, found 0'],
  ])('are checked in words: %o', (entry, problem) => {
    expect(problems({ plugins, hooks: [entry] })).toContain(problem);
  });

  it('need ids of their own, and their secrets are not repeated', () => {
    expect(problems({ plugins, hooks: [hook, hook] })).toEqual([
      'hooks[1].id: expected a unique id, found "one", already used by hooks[0]',
    ]);
    const leaky = { ...hook, options: { words: [], token: ['hidden-value'] } };
    expect(problems({ plugins, hooks: [leaky] }).join(' ')).not.toContain('hidden-value');
  });
});
