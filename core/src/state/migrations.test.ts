import { describe, expect, it } from 'vitest';
import { CURRENT_VERSION, migrate, type Migration, MIGRATIONS } from './migrations.ts';

const STEPS: ReadonlyMap<number, Migration> = new Map<number, Migration>([
  [1, ({ names, ...rest }) => ({ ...rest, keys: names })],
  [2, (state) => ({ ...state, settings: {} })],
]);

describe('migrate', () => {
  it('takes an old state through every version between', () => {
    const old = { version: 1, names: ['a'] };
    expect(migrate(old, { migrations: STEPS, current: 3 })).toEqual({
      version: 3,
      keys: ['a'],
      settings: {},
    });
    expect(old).toEqual({ version: 1, names: ['a'] });
  });

  it('starts at the version that the state has', () => {
    expect(migrate({ version: 2, names: 'kept' }, { migrations: STEPS, current: 3 })).toEqual({
      version: 3,
      names: 'kept',
      settings: {},
    });
  });

  it('leaves a state of today as it is', () => {
    const state = { version: CURRENT_VERSION, keys: [] };
    expect(migrate(state)).toBe(state);
  });

  it('lets keys of version 2 relay what they could before', () => {
    const state = { version: 2, keys: [{ id: 'a' }, { id: 'b', relay: 'off' }], aliases: [] };
    expect(migrate(state, { current: 3 })).toEqual({
      version: 3,
      keys: [
        { id: 'a', relay: 'all' },
        { id: 'b', relay: 'off' },
      ],
      aliases: [],
    });
    expect(migrate({ version: 2 }, { current: 3 })).toEqual({ version: 3 });
  });

  it('adds a list of hooks, which no earlier version may overlook', () => {
    expect(migrate({ version: 3 })).toEqual({ version: 4, hooks: [] });
  });

  it('has a step from every version before today', () => {
    expect([...MIGRATIONS.keys()]).toEqual(Array.from({ length: CURRENT_VERSION - 1 }, (_, at) => at + 1));
  });

  it.each([
    ['a newer version', { version: 4 }, 'supports versions up to 3 only'],
    ['a version without a step', { version: 0 }, 'cannot be migrated from version 0'],
    ['no version', {}, 'no version number'],
    ['half a version', { version: 1.5 }, 'no version number'],
    ['no object', [], 'not a JSON object'],
  ])('refuses %s', (_, state, message) => {
    expect(() => migrate(state, { migrations: STEPS, current: 3 })).toThrow(message);
  });
});
