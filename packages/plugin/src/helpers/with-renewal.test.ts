import { describe, expect, it } from 'vitest';
import { GatewayError } from '../canonical/errors.ts';
import { singleFlight } from './single-flight.ts';
import { withRenewal } from './with-renewal.ts';

const refused = new GatewayError('upstream-auth', 'No.');

/** Logins `1`, `2`, …, and what a reader gets when the work accepts some of them. */
function open() {
  let logins = 0;
  const setup = { clock: { now: () => 0 }, signal: new AbortController().signal, redact: () => {} };
  const login = singleFlight(async () => (logins += 1), setup);
  return {
    logins: () => logins,
    async read(work: (value: number) => AsyncIterable<string>): Promise<readonly string[]> {
      const read: string[] = [];
      const waiting = { signal: new AbortController().signal };
      for await (const item of withRenewal(login, waiting, work)) read.push(item);
      return read;
    },
  };
}

describe('withRenewal', () => {
  it('does the work again with a newer value if the first is refused', async () => {
    const { read, logins } = open();
    const work = async function* (value: number): AsyncGenerator<string> {
      if (value === 1) throw refused;
      yield `by ${value}`;
    };
    expect(await read(work)).toEqual(['by 2']);
    expect(await read(work)).toEqual(['by 2']);
    expect(logins()).toBe(2);
  });

  it('renews once for 20 calls at once', async () => {
    const { read, logins } = open();
    const work = async function* (value: number): AsyncGenerator<string> {
      await new Promise((resolve) => setImmediate(resolve));
      if (value === 1) throw refused;
      yield `by ${value}`;
    };
    const all = await Promise.all(Array.from({ length: 20 }, () => read(work)));
    expect(all.flat()).toEqual(Array(20).fill('by 2'));
    expect(logins()).toBe(2);
  });

  it('gives up after the second refusal', async () => {
    const { read, logins } = open();
    const work = async function* (): AsyncGenerator<string> {
      yield* [];
      throw refused;
    };
    await expect(read(work)).rejects.toBe(refused);
    expect(logins()).toBe(2);
  });

  it.each([new GatewayError('overloaded', 'No.'), new TypeError('oops')])(
    'does not renew for another failure: %s',
    async (error) => {
      const { read, logins } = open();
      const work = async function* (): AsyncGenerator<string> {
        yield* [];
        throw error;
      };
      await expect(read(work)).rejects.toBe(error);
      expect(logins()).toBe(1);
    },
  );

  it('does not repeat work that has begun to answer', async () => {
    const { read, logins } = open();
    const work = async function* (): AsyncGenerator<string> {
      yield 'begun';
      throw refused;
    };
    await expect(read(work)).rejects.toBe(refused);
    expect(logins()).toBe(1);
  });
});
