import { describe, expect, it, vi } from 'vitest';
import { GatewayError, type Model } from '@dragoman/plugin';
import { type UpstreamInput, upstreamSchema } from '../config/upstream.ts';
import { createModelList } from './model-list.ts';

function setUp(models: UpstreamInput['models'], discover?: () => Promise<readonly Model[]>) {
  const clock = { now: 0 };
  const config = upstreamSchema.parse({ id: 'u', provider: 'p', models });
  const list = createModelList({ config, now: () => clock.now, ...(discover && { discover }) });
  return { list, clock };
}

const found = (...ids: string[]) => vi.fn(() => Promise.resolve(ids.map((id) => ({ id }))));

describe('a list of models', () => {
  it('is the given one, which no upstream is asked for', async () => {
    const discover = found('x');
    const { list } = setUp({ list: ['a', 'b'], deny: ['b'] }, discover);
    expect(await list.load()).toEqual([{ id: 'a' }]);
    expect(discover).not.toHaveBeenCalled();
  });

  it('keeps only what is allowed and not denied', async () => {
    const { list } = setUp({ allow: ['gpt-*'], deny: ['*-mini'] }, found('gpt-5', 'gpt-5-mini', 'tts'));
    expect(await list.load()).toEqual([{ id: 'gpt-5' }]);
  });

  it('is discovered once by many callers at the same time, and again when it is old', async () => {
    const discover = found('a');
    const { list, clock } = setUp({ cacheSeconds: 10 }, discover);
    await Promise.all([list.load(), list.load()]);
    clock.now = 9_999;
    await list.load();
    expect(discover).toHaveBeenCalledTimes(1);
    clock.now = 10_000;
    await list.load();
    expect(discover).toHaveBeenCalledTimes(2);
    await list.load({ refresh: true });
    expect(discover).toHaveBeenCalledTimes(3);
  });

  it('survives a failed discovery, tells of it, and does not ask a dead upstream at every call', async () => {
    const discover = found('a');
    const { list, clock } = setUp({ cacheSeconds: 10 }, discover);
    await list.load();
    clock.now = 20_000;
    discover.mockRejectedValueOnce(new GatewayError('upstream-unreachable', 'It is down.'));
    await expect(list.load()).rejects.toThrow('It is down.');
    await expect(list.load()).rejects.toThrow('It is down.');
    expect(discover).toHaveBeenCalledTimes(2);
    expect(list.known()).toEqual([{ id: 'a' }]);
    expect(list.failure()?.kind).toBe('upstream-unreachable');
    clock.now = 40_000;
    expect(await list.load()).toEqual([{ id: 'a' }]);
    expect(list.failure()).toBeUndefined();
  });
});
