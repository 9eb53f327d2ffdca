import { describe, expect, it } from 'vitest';
import { leastCpuMs } from '../../../tests/support/cpu-time.ts';
import { aliasSchema } from '../config/routing.ts';
import { matchPattern } from './alias-patterns.ts';

/** The longest name that is matched. */
const LENGTH = 256;

const alias = (name: string) => aliasSchema.parse({ name, candidates: [{ model: 'm-$1' }] });

describe('aliases that are regular expressions', () => {
  it('match names, and fill in what they found', () => {
    const matched = matchPattern([alias('/^gpt-(.+)$/')], 'gpt-5');
    expect(matched?.fill('m-$1')).toBe('m-5');
    expect(matchPattern([alias('/^gpt-(.+)$/')], 'claude')).toBeUndefined();
  });

  it.each([
    ['/^(.+)-(.+)-(.+)-(.+)-(.+)!$/', '-'.repeat(LENGTH)],
    ['/^(a+)+$/', `${'a'.repeat(LENGTH - 1)}!`],
    ['/(x+x+)+y/', 'x'.repeat(LENGTH)],
  ])('%s ends soon for the worst of names', async (pattern, name) => {
    expect(matchPattern([alias(pattern)], name)).toBeUndefined();
    expect(await leastCpuMs(() => matchPattern([alias(pattern)], name))).toBeLessThan(150);
  });
});
