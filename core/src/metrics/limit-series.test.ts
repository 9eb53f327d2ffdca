import { describe, expect, it } from 'vitest';
import { exposeLimits } from './limit-series.ts';

const sample = { kind: 'key', id: 'k1', owner: 'agent', name: 'costPerDay', limit: 4, used: 1 };

describe('the series of limits', () => {
  it('have a line each, whatever names hold', async () => {
    const odd = { ...sample, owner: 'a "b" \\ c\nd', limit: 0 };
    expect((await exposeLimits([sample, odd])).split('\n').slice(2)).toEqual([
      'dragoman_limit_used_ratio{kind="key",id="k1",name="agent",limit="costPerDay"} 0.25',
      String.raw`dragoman_limit_used_ratio{kind="key",id="k1",name="a \"b\" \\ c\nd",limit="costPerDay"} 1`,
      '',
    ]);
  });

  it('of many keys let others have a turn', async () => {
    let turns = 0;
    let isDone = false;
    const take = (): void => {
      turns += 1;
      if (!isDone) setImmediate(take);
    };
    setImmediate(take);
    const text = await exposeLimits(Array.from({ length: 10_000 }, () => sample));
    isDone = true;
    expect(text.split('\n')).toHaveLength(10_003);
    expect(turns).toBeGreaterThan(30);
  });
});
