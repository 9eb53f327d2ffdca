import { describe, expect, it, vi } from 'vitest';
import { estimateOnce } from './estimate-tokens.ts';

describe('estimateOnce', () => {
  it('estimates when it is first asked, and never again', () => {
    const estimate = vi.fn(() => ({ input: 1, output: 2, choices: 1 }));
    const once = estimateOnce(estimate);
    expect(estimate).not.toHaveBeenCalled();
    expect([once(), once()]).toEqual([estimate.mock.results[0]?.value, estimate.mock.results[0]?.value]);
    expect(estimate).toHaveBeenCalledOnce();
  });
});
