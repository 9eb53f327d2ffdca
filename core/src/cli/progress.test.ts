import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withProgress } from './progress.mjs';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setUp(isTTY: boolean) {
  const written: string[] = [];
  const output = { isTTY, write: (text: string) => written.push(text) > 0 };
  return { written, output };
}

describe('progress', () => {
  it('is one line in a terminal, with the elapsed time', async () => {
    const { written, output } = setUp(true);
    const work = Promise.withResolvers<number>();
    const result = withProgress('Building', () => work.promise, { output });
    await vi.advanceTimersByTimeAsync(2_000);
    work.resolve(7);
    expect(await result).toBe(7);
    const lines = ['Building … 0 s', 'Building … 1 s', 'Building … 2 s', 'Building: done in 2 s.\n'];
    expect(written).toEqual(lines.map((line) => `\r\u001B[2K${line}`));
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is a line at the beginning and one at the end elsewhere', async () => {
    const { written, output } = setUp(false);
    const work = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 125_000));
    const result = withProgress('Installing', work, { output });
    await vi.advanceTimersByTimeAsync(125_000);
    await result;
    expect(written.join('')).toBe('Installing …\nInstalling: done in 2 min 5 s.\n');
  });

  it('says nothing of what is short', async () => {
    const { written, output } = setUp(true);
    await withProgress('Exporting', () => Promise.resolve(), { output, quietMs: 1_000 });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(written).toEqual([]);
  });

  it('says how far the work is', async () => {
    const { written, output } = setUp(true);
    const work = async (tell: (detail: string) => void): Promise<void> => {
      tell('1,000 lines');
      await new Promise((resolve) => setTimeout(resolve, 1_500));
    };
    const result = withProgress('Exporting', work, { output, quietMs: 1_000 });
    await vi.advanceTimersByTimeAsync(1_500);
    await result;
    expect(written.at(0)).toContain('Exporting … 1 s, 1,000 lines');
    expect(written.at(-1)).toContain('Exporting: done in 2 s, 1,000 lines.\n');
  });

  it('ends its line before an error is shown', async () => {
    const { written, output } = setUp(true);
    const result = withProgress('Building', () => Promise.reject(new Error('No disk.')), { output });
    await expect(result).rejects.toThrow('No disk.');
    expect(written.at(-1)).toContain('Building: failed after 0 s.\n');
    expect(vi.getTimerCount()).toBe(0);
  });
});
