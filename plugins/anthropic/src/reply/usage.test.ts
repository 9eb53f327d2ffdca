import { expect, it } from 'vitest';

import { decodeUsage } from './usage.ts';

it('keeps a sum of absurd counts a count', () => {
  const usage = decodeUsage({ input_tokens: 1e300, cache_read_input_tokens: 1e300, output_tokens: 1e300 });
  expect(usage).toMatchObject({ input: 1e12, output: 1e12, cacheRead: 1e12 });
});
