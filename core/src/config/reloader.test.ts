import { expect, it, vi } from 'vitest';
import { createReloader } from './reloader.ts';
import type { ResolvedConfig } from './resolved.ts';

const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };

it('loads one time after the other, and goes on after one that failed', async () => {
  const loads: PromiseWithResolvers<ResolvedConfig>[] = [];
  const apply = vi.fn(() => ['server']);
  const reload = createReloader({
    ...{ apply, log, replaced: () => 0 },
    load: () => {
      const load = Promise.withResolvers<ResolvedConfig>();
      loads.push(load);
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

it('says from time to time what Node keeps of replaced code', async () => {
  const warn = vi.fn();
  let kept = 0;
  const reload = createReloader({
    load: () => Promise.resolve({} as ResolvedConfig),
    apply: () => [],
    replaced: () => (kept += 600),
    log: { ...log, warn },
  });
  const warnings: number[] = [];
  for (let turn = 0; turn < 4; turn += 1) {
    await reload();
    warnings.push(warn.mock.calls.length);
  }
  expect(warnings).toEqual([0, 1, 1, 2]);
  expect(warn).toHaveBeenLastCalledWith({ modules: 2400 }, expect.stringContaining('restart'));
});
