import { describe, expect, it } from 'vitest';
import { DEFAULT_CAPABILITIES, resolveCapabilities, rowsFor } from './capabilities.ts';

describe('capabilities', () => {
  it('are the defaults for a model that nothing is said about', () => {
    expect(resolveCapabilities(rowsFor('unknown', { 'gpt-*': { stop: false } }))).toEqual(
      DEFAULT_CAPABILITIES,
    );
  });

  it('take every matching row, the later one over the earlier', () => {
    const table = { 'gpt-*': { stop: false, sampling: 'none' }, 'gpt-4*': { sampling: 'full' } } as const;
    expect(resolveCapabilities(rowsFor('gpt-4o', table))).toMatchObject({ stop: false, sampling: 'full' });
  });

  it('let adaptive models take every level, unless a row names the levels', () => {
    expect(resolveCapabilities([{ thinking: 'adaptive' }]).effortLevels).toContain('max');
    expect(resolveCapabilities([{ thinking: 'adaptive', effortLevels: ['low'] }]).effortLevels).toEqual([
      'low',
    ]);
  });
});
