import { describe, expect, it } from 'vitest';
import { tokensPerSecond } from './speed.ts';

describe('the speed of a reply', () => {
  it.each([
    [{ ms: 480, ttftMs: 240, outputTokens: 12 }, 50],
    // It came at once, so its length says nothing.
    [{ ms: 480, ttftMs: 479, outputTokens: 12 }, undefined],
    [{ ms: 480, ttftMs: 240, outputTokens: 1 }, undefined],
    [{ ms: 480, ttftMs: 240, outputTokens: undefined }, undefined],
    [{ ms: 480, ttftMs: undefined, outputTokens: 12 }, undefined],
  ])('of %j is %j tokens per second', (trace, speed) => {
    expect(tokensPerSecond(trace)).toBe(speed);
  });
});
