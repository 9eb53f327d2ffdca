import { describe, expect, it } from 'vitest';
import { ACTORS } from './actors.ts';
import { soak } from './run.ts';
import { slopeOf } from './slope.ts';

describe('a minute of mixed load', () => {
  it('brings no error that was not injected, and leaves no handle open', async () => {
    const { acts, errors, left, exitCode } = await soak({ minutes: 1, seed: 'npm test', concurrency: 3 });
    expect(Object.fromEntries(errors)).toEqual({});
    expect([...acts.keys()]).toEqual(expect.arrayContaining(ACTORS.map(({ name }) => name)));
    expect(acts.get('reloads')).toBeGreaterThan(0);
    expect(left).toEqual({});
    expect(exitCode).toBe(0);
  }, 240_000);
});

describe('the slope of memory', () => {
  it('is that of the line that fits best', () => {
    const line = [0, 1, 2, 3].map((x): [number, number] => [x, 100 + 2 * x]);
    expect(slopeOf(line)).toBeCloseTo(2);
    expect(slopeOf(line.map(([x, y], at) => [x, y + (at % 2 === 0 ? 1 : -1)]))).toBeCloseTo(1.6);
    expect(slopeOf([[1, 5]])).toBe(0);
  });
});
