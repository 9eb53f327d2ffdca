import { expect, it } from 'vitest';

import { decodeUsage } from './usage.ts';

it('keeps a sum of absurd counts a count', () => {
  const usage = decodeUsage({
    promptTokenCount: 1e300,
    toolUsePromptTokenCount: 1e300,
    candidatesTokenCount: 1e300,
    thoughtsTokenCount: 1e300,
  });
  expect(usage).toMatchObject({ input: 1e12, output: 1e12, reasoning: 1e12 });
});
