import { describe, expect, it } from 'vitest';
import { leastCpuMs } from '../../../tests/support/cpu-time.ts';
import { countByLength, createTextCounters } from '../../../core/src/metering/text-tokens.ts';
import { OPENAI_TOKENIZERS } from './tokenizers.ts';

const textCounter = createTextCounters(OPENAI_TOKENIZERS);

const TEXT = 'The quick brown fox jumps over the lazy dog.';

describe('tokens of a text', () => {
  // As OpenAI's own tokenizer counts them.
  it.each([
    ['gpt-4o-mini', 'hello world', 2],
    ['gpt-5.1', TEXT, 10],
    ['openai/o3', 'antidisestablishmentarianism', 6],
    ['gpt-4', 'antidisestablishmentarianism', 6],
    ['gpt-4', '你好，世界', 6],
    ['gpt-4.1', '你好，世界', 3],
  ])('are what the tokenizer of %s makes of %j', async (model, text, tokens) => {
    expect((await textCounter(model))(text)).toBe(tokens);
  });

  it('are counted piece by piece without much loss', async () => {
    const count = await textCounter('gpt-5');
    expect(count(`${TEXT} `.repeat(1000))).toBeGreaterThanOrEqual(10_000);
    expect(count(`${TEXT} `.repeat(1000))).toBeLessThan(10_200);
    expect(count(`${TEXT} `.repeat(100_000)) / 1_000_000).toBeCloseTo(1, 1);
  });

  it('take no time for which others would have to wait, whatever the text', async () => {
    const count = await textCounter('gpt-5');
    const countAll = (): void => {
      for (const text of ['a', ' ', '你好世界吗', '😀', '\u0000'])
        expect(count(text.repeat(100_000))).toBeGreaterThan(0);
    };
    expect(await leastCpuMs(countAll, 2)).toBeLessThan(1_500);
  });

  it('take no time for which others would have to wait, however many texts there are', async () => {
    const count = await textCounter('gpt-5');
    const letters = Array.from({ length: 200_000 }, (_, at) =>
      String.fromCodePoint(97 + ((at * at * 7 + at) % 26)),
    );
    const text = letters.join('');
    const countAll = (): void => {
      for (let at = 0; at < 20; at += 1) expect(count(text)).toBeGreaterThan(50_000);
    };
    expect(await leastCpuMs(countAll, 2)).toBeLessThan(1_500);
  });

  it('treat special tokens as text', async () => {
    expect((await textCounter('gpt-5'))('<|endoftext|>')).toBeGreaterThan(1);
  });

  it.each(['claude-opus-4-5', 'gemini-3-pro', 'llama-4', 'my-gpt-5'])('are guessed for %s', async (model) => {
    expect(await textCounter(model)).toBe(countByLength);
    expect(countByLength('')).toBe(0);
    expect(countByLength(TEXT)).toBe(11);
    expect(countByLength('你好世界')).toBe(3);
  });
});
