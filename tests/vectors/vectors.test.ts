import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareVector, type VectorBench } from './run-vector.ts';
import { readVectors } from './vector.ts';

describe.each(readVectors().map((vector) => [vector.name, vector] as const))('%s', (_, vector) => {
  let bench: VectorBench;
  beforeAll(async () => {
    bench = await prepareVector(vector);
  });
  afterAll(() => bench.close());

  it.each([
    ['whole', 0],
    ['in pieces of 7 bytes', 7],
    ['byte by byte', 1],
  ])('holds when the upstream answers %s', async (_pieces, chunkBytes) => {
    expect(await bench.run(chunkBytes)).toEqual([]);
  });
});
