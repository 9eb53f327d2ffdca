import { beforeAll, describe, expect, it } from 'vitest';

describe('a hook that fails', () => {
  beforeAll(() => {
    throw new Error('as wanted');
  });
  it('keeps its tests from running', () => {});
});

describe('tests', () => {
  it('pass', () => expect(1).toBe(1));
  it('fail', () => expect(1).toBe(2));
  it.skip('are skipped', () => {});
  it.fails('fail as they should', () => expect(1).toBe(2));
});
