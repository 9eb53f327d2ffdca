import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readSpace, type Space, watchDiskSpace } from './disk-space.ts';

const MIB = 1024 * 1024;
const TERA = MIB * MIB;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function log() {
  return { error: vi.fn<() => void>(), info: vi.fn<() => void>() };
}

describe('the disk', () => {
  it.each([
    [{ free: 600 * MIB, total: TERA }, false],
    [{ free: 500 * MIB, total: TERA }, true],
    [{ free: 60 * MIB, total: 1000 * MIB }, false],
    [{ free: 40 * MIB, total: 1000 * MIB }, true],
    [{ free: 0, total: 0 }, false],
  ])('with %j is low: %s', async (space, isLow) => {
    const disk = await watchDiskSpace({ log: log(), read: () => Promise.resolve(space) });
    expect(disk.isLow).toBe(isLow);
    disk.close();
  });

  it('is looked at again and again, and said to be low once each time', async () => {
    let space: Space = { free: 0, total: TERA };
    const logged = log();
    const disk = await watchDiskSpace({ log: logged, read: () => Promise.resolve(space) });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(logged.error).toHaveBeenCalledOnce();
    space = { free: TERA, total: TERA };
    await vi.advanceTimersByTimeAsync(5_000);
    expect(disk.isLow).toBe(false);
    expect(logged.info).toHaveBeenCalledOnce();
    disk.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('that does not say how much room it has is not low', async () => {
    const disk = await watchDiskSpace({ log: log(), read: () => Promise.reject(new Error('No such call.')) });
    expect(disk.isLow).toBe(false);
    disk.close();
  });

  it('of a real folder has some size', async () => {
    const { free, total } = await readSpace(tmpdir())();
    expect(total).toBeGreaterThan(0);
    expect(free).toBeLessThanOrEqual(total);
  });
});
