import { describe, expect, it } from 'vitest';
import { readOptions } from './option-values.ts';

const read = (pairs: readonly string[], lines: string[] = [], env: Record<string, string> = {}) =>
  readOptions(pairs, { env, readLine: () => Promise.resolve(lines.shift()) });

describe('readOptions', () => {
  it('takes a value for JSON where it is, and for a text elsewhere', async () => {
    expect(
      await read(['a=1', 'b=true', 'c=["x"]', 'd={"e":null}', 'f="1"', 'g=https://x/?a=b', 'h=', 'i={']),
    ).toEqual({
      ...{ a: 1, b: true, c: ['x'], d: { e: null } },
      ...{ f: '1', g: 'https://x/?a=b', h: '', i: '{' },
    });
  });

  it('takes a variable as the text that it is', async () => {
    expect(await read(['a=env:KEY'], [], { KEY: '123' })).toEqual({ a: '123' });
    await expect(read(['a=env:KEY'])).rejects.toThrow('The variable KEY is not set.');
  });

  it('takes one line of the input for each dash, in order', async () => {
    expect(await read(['a=-', 'b=x', 'c=-'], ['first', 'second'])).toEqual({
      a: 'first',
      b: 'x',
      c: 'second',
    });
    await expect(read(['a=-', 'b=-'], ['only'])).rejects.toThrow('No line of input for the option b.');
  });

  it.each(['secret-alone', '=value', ''])('refuses %j and does not repeat it', async (pair) => {
    const error = await read([pair]).catch((thrown: unknown) => thrown);
    expect((error as Error).message).toBe('Every --option must be name=value.');
  });
});
