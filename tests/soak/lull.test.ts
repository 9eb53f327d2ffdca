import { expect, it } from 'vitest';

import { Lull } from './lull.ts';

it('measures when all work has ended, and lets no other begin meanwhile', async () => {
  const lull = new Lull();
  const events: string[] = [];
  const first = Promise.withResolvers<void>();
  const measured = Promise.withResolvers<void>();
  const working = lull.work(async () => {
    await first.promise;
    events.push('worked');
  });
  const measuring = lull.measure(async () => {
    events.push('measure');
    await measured.promise;
  });
  const next = lull.work(async () => void events.push('next'));
  first.resolve();
  await working;
  measured.resolve();
  await Promise.all([measuring, next]);
  expect(events).toEqual(['worked', 'measure', 'next']);
});

it('goes on after a measurement that failed', async () => {
  const lull = new Lull();
  await expect(lull.measure(() => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
  expect(await lull.work(async () => 'done')).toBe('done');
});
