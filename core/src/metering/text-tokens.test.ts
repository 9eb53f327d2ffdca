import { describe, expect, it } from 'vitest';
import { countByLength, createTextCounters } from './text-tokens.ts';

const counters = createTextCounters([
  { models: /^small-/, load: () => Promise.resolve(() => 1) },
  { models: /^small-1|^large/, load: () => Promise.resolve(() => 7) },
]);

describe('tokens of a text', () => {
  it.each([
    ['small-1', 2],
    ['upstream/small-1', 2],
    ['large', 14],
    ['an-large', 3],
  ])('are counted for %s by the first tokenizer that knows it, else guessed', async (model, tokens) => {
    expect((await counters(model))('two words')).toBe(tokens);
  });

  it('are guessed by length where no plugin brings a tokenizer', async () => {
    expect(await createTextCounters([])('small-1')).toBe(countByLength);
  });
});
