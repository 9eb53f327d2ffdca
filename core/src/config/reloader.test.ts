import { expect, it, vi } from 'vitest';
import { createReloader } from './reloader.ts';
import type { ResolvedConfig } from './resolved.ts';

const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };

it('loads one time after the other, and goes on after one that failed', async () => {
  const loads: PromiseWithResolvers<ResolvedConfig>[] = [];
  const apply = vi.fn(() => ['server']);
  const reload = createReloader({
    ...{ apply, log },
    load: (reloads) => {
      const load = Promise.withResolvers<ResolvedConfig>();
      expect(loads.push(load)).toBe(reloads);
      return load.promise;
    },
  });
  const first = reload();
  await Promise.resolve();
  expect(loads).toHaveLength(1);
  // However many ask meanwhile, the file is loaded once more.
  const second = reload();
  const others = Array.from({ length: 100 }, () => reload());
  loads[0]?.reject(new Error('It took too long.'));
  await expect(first).rejects.toThrow('It took too long.');
  expect(log.error).toHaveBeenCalledWith({ reason: 'It took too long.' }, expect.stringContaining('stays'));
  await expect.poll(() => loads.length).toBe(2);
  loads[1]?.resolve({} as ResolvedConfig);
  expect(await second).toEqual(['server']);
  expect(await Promise.all(others)).toEqual(others.map(() => ['server']));
  expect(loads).toHaveLength(2);
  expect(apply).toHaveBeenCalledOnce();
});
