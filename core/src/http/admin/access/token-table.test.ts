import { describe, expect, it } from 'vitest';
import { createTokenTable } from './token-table.ts';

describe('a table of tokens', () => {
  const create = () => {
    const clock = { now: 0 };
    return { clock, table: createTokenTable({ lifetimeMs: 100, limit: 3, now: () => clock.now }) };
  };

  it('knows its tokens until they end', () => {
    const { clock, table } = create();
    const token = table.create();
    clock.now = 99;
    expect(table.has(token)).toBe(true);
    clock.now = 100;
    expect(table.has(token)).toBe(false);
    expect(table.take(token)).toBe(false);
  });

  it('gives a token out once', () => {
    const { table } = create();
    const token = table.create();
    expect(table.take(token)).toBe(true);
    expect(table.take(token)).toBe(false);
  });

  it('forgets the oldest when there are too many', () => {
    const { table } = create();
    const tokens = [table.create(), table.create(), table.create(), table.create()];
    expect(tokens.map((token) => table.has(token))).toEqual([false, true, true, true]);
  });

  it('forgets all at once', () => {
    const { table } = create();
    const tokens = [table.create(), table.create()];
    table.clear();
    expect(tokens.map((token) => table.has(token))).toEqual([false, false]);
  });

  it('makes tokens of 256 bits, each another', () => {
    const { table } = create();
    const tokens = [table.create(), table.create()];
    for (const token of tokens) expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect(new Set(tokens).size).toBe(2);
  });
});
