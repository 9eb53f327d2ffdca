import { describe, expect, it } from 'vitest';
import { routingSchema } from '../config/routing.ts';
import { createHealthBoard } from './health.ts';
import type { Upstream } from './upstream.ts';

const { breaker } = routingSchema.parse({});

describe('the health of models', () => {
  it('is kept for a bounded number of names, and for longest of those that served', () => {
    const board = createHealthBoard(() => breaker);
    const upstream = {} as Upstream;
    const real = board.of(upstream, 'real');
    real.succeeded(5);
    const busy = board.of(upstream, 'busy');
    busy.begin();
    for (let at = 0; at < 3_000; at += 1) board.of(upstream, `made-up-${at}`);
    expect(board.list(upstream).length).toBe(1_000);
    expect(board.of(upstream, 'real')).toBe(real);
    expect(board.of(upstream, 'busy')).toBe(busy);
  });

  it('stays bounded when all of them served', () => {
    const board = createHealthBoard(() => breaker);
    const upstream = {} as Upstream;
    for (let at = 0; at < 1_500; at += 1) board.of(upstream, `model-${at}`).succeeded(1);
    expect(board.list(upstream).length).toBe(1_000);
  });
});
