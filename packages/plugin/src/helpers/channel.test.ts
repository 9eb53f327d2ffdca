import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { channel, type ChannelOptions } from './channel.ts';

function open<T>(options: Omit<ChannelOptions, 'onStop'> = {}) {
  const controller = new AbortController();
  const stops: number[] = [];
  const opened = channel<T>(controller.signal, { ...options, onStop: () => void stops.push(1) });
  return { channel: opened, stops, abort: () => controller.abort() };
}

async function readAll<T>(values: AsyncIterable<T>): Promise<T[]> {
  const read: T[] = [];
  for await (const value of values) read.push(value);
  return read;
}

describe('channel', () => {
  it('gives what was pushed, before and while somebody reads', async () => {
    const { channel: values, stops } = open<number>();
    values.push(1);
    values.push(2);
    const reading = readAll(values);
    await new Promise((resolve) => setImmediate(resolve));
    values.push(3);
    values.end();
    expect(await reading).toEqual([1, 2, 3]);
    expect(stops).toHaveLength(1);
  });

  it('gives undefined like any other value', async () => {
    const { channel: values } = open<undefined>();
    values.push(undefined);
    values.end();
    expect(await readAll(values)).toEqual([undefined]);
  });

  it('gives an error after what came before it', async () => {
    const { channel: values, stops } = open<number>();
    values.push(1);
    values.fail(new Error('broken'));
    const read: number[] = [];
    const reading = (async () => {
      for await (const value of values) read.push(value);
    })();
    await expect(reading).rejects.toThrow('broken');
    expect(read).toEqual([1]);
    expect(stops).toHaveLength(1);
  });

  it('gives an error to a reader who waits', async () => {
    const { channel: values } = open<number>();
    const reading = readAll(values);
    await new Promise((resolve) => setImmediate(resolve));
    values.fail(new Error('broken'));
    await expect(reading).rejects.toThrow('broken');
  });

  it('ends at once when the signal fires, without what still waits', async () => {
    const { channel: values, stops, abort } = open<number>();
    values.push(1);
    abort();
    await expect(readAll(values)).rejects.toMatchObject({ kind: 'cancelled' });
    expect(stops).toHaveLength(1);
  });

  it('is over at once if the signal has fired already', async () => {
    const stops: number[] = [];
    const values = channel<number>(AbortSignal.abort(), { onStop: () => void stops.push(1) });
    expect(stops).toHaveLength(1);
    values.push(1);
    await expect(readAll(values)).rejects.toMatchObject({ kind: 'cancelled' });
  });

  it('stops when its reader does, and ignores what comes after that', async () => {
    const { channel: values, stops } = open<number>();
    values.push(1);
    values.push(2);
    for await (const value of values) {
      expect(value).toBe(1);
      break;
    }
    expect(stops).toHaveLength(1);
    values.push(3);
    values.fail(new Error('late'));
    values.end();
    expect(await readAll(values)).toEqual([]);
    expect(stops).toHaveLength(1);
  });

  it('fails when nobody reads what is pushed', async () => {
    const { channel: values, stops } = open<number>({ maxWaiting: 3 });
    for (let value = 1; value <= 5; value += 1) values.push(value);
    expect(stops).toHaveLength(1);
    const read: number[] = [];
    const reading = (async () => {
      for await (const value of values) read.push(value);
    })();
    await expect(reading).rejects.toMatchObject({ kind: 'upstream-broken', message: /more than 3 messages/ });
    expect(read).toEqual([1, 2, 3]);
  });

  it('keeps the order of all values, however pushes and reads alternate', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom('push', 'read'), { maxLength: 200 }), async (steps) => {
        const { channel: values } = open<number>();
        const reader = values[Symbol.asyncIterator]();
        const reads: Promise<IteratorResult<number>>[] = [];
        let pushed = 0;
        for (const step of steps) {
          if (step === 'push') values.push((pushed += 1));
          else reads.push(reader.next());
        }
        values.end();
        const read = [];
        for (const { done, value } of await Promise.all(reads)) if (!done) read.push(value);
        const rest = await readAll(values);
        expect([...read, ...rest]).toEqual(Array.from({ length: pushed }, (_, at) => at + 1));
      }),
    );
  });
});
