import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunningAdmin, startAdmin } from '../../../tests/support/admin.ts';
import { createHealthChecks } from './health-checks.ts';

let admin: RunningAdmin;
let tick: () => Promise<void>;
beforeEach(async () => {
  admin = await startAdmin({
    upstreams: ['checked', 'left'].map((id) => ({
      id,
      provider: 'parrot',
      options: { word: 'Hi.' },
      ...(id === 'checked' && { healthCheck: { everySeconds: 10 } }),
    })),
  });
  tick = createHealthChecks(admin.deps);
});
afterEach(() => admin.close());

const breakerOf = (id: string) => {
  const upstream = admin.deps.upstreams.get(id);
  if (!upstream) throw new Error(id);
  const [breaker] = admin.deps.health.ofUpstream(upstream);
  if (!breaker) throw new Error('The upstream has no breaker.');
  return breaker;
};

describe('health checks', () => {
  it('ask as often as the config wants, and only whom it wants', async () => {
    const asked = () => admin.diary.keys.length;
    await tick();
    await tick();
    expect(asked()).toBe(1);
    admin.pass(10_000);
    await tick();
    expect(asked()).toBe(2);
  });

  it('open the breaker of one that is down, and close it when it is back', async () => {
    admin.diary.isDown = true;
    await tick();
    expect(breakerOf('checked').block).toMatchObject({ reason: 'upstream-unreachable' });
    expect(breakerOf('left').block).toBeUndefined();
    admin.pass(10_000);
    admin.diary.isDown = false;
    await tick();
    expect(breakerOf('checked').block).toBeUndefined();
  });

  it('do not end a pause', async () => {
    breakerOf('checked').pause(admin.deps.now() + 60_000);
    await tick();
    expect(breakerOf('checked').block).toMatchObject({ reason: 'paused' });
  });
});
