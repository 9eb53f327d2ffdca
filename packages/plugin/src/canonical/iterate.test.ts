import { describe, expect, it } from 'vitest';
import { recovered, resumed } from './iterate.ts';

async function listOf<T>(values: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const value of values) list.push(value);
  return list;
}

async function* counted(log: string[], failure?: Error): AsyncGenerator<number> {
  try {
    yield 1;
    yield 2;
    if (failure) throw failure;
  } finally {
    log.push('closed');
  }
}

describe('resumed', () => {
  it('gives what was taken, then the rest', async () => {
    const source = counted([]);
    const { value } = await source.next();
    expect(await listOf(resumed([value as number], source))).toEqual([1, 2]);
  });

  it('closes the rest when it is left early', async () => {
    const log: string[] = [];
    const source = counted(log);
    await source.next();
    for await (const value of resumed([1], source)) if (value === 1) break;
    expect(log).toEqual(['closed']);
  });
});

describe('recovered', () => {
  it('passes on what does not fail', async () => {
    expect(await listOf(recovered(counted([]), () => 0))).toEqual([1, 2]);
  });

  it('ends with one more value instead of the failure', async () => {
    const failure = new Error('broken');
    const seen: unknown[] = [];
    const values = recovered(counted([], failure), (error) => {
      seen.push(error);
      return 99;
    });
    expect(await listOf(values)).toEqual([1, 2, 99]);
    expect(seen).toEqual([failure]);
  });

  it('closes its source when it is left early', async () => {
    const log: string[] = [];
    for await (const value of recovered(counted(log), () => 0)) if (value === 1) break;
    expect(log).toEqual(['closed']);
  });
});
