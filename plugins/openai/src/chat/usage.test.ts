import { describe, expect, it } from 'vitest';
import { decodeUsage, encodeUsage, readEnd } from './usage.ts';
import { OPENAI_CHAT, OPENAI_RELAY } from './wire.ts';

describe('usage', () => {
  const wire = {
    prompt_tokens: 10,
    completion_tokens: 5,
    total_tokens: 15,
    prompt_tokens_details: { cached_tokens: 4, cache_write_tokens: 1, audio_tokens: 2 },
    completion_tokens_details: { reasoning_tokens: 3, accepted_prediction_tokens: 1 },
    cost: 0.01,
  };

  it('is written as it was read', () => {
    const usage = decodeUsage(wire);
    expect(usage).toMatchObject({ input: 10, output: 5, cacheRead: 4, cacheWrite: 1, reasoning: 3 });
    expect(encodeUsage(usage)).toEqual(wire);
  });

  it.each([null, undefined, 7, {}, { prompt_tokens: 'x' }, { prompt_tokens: -1 }])(
    'of %j is none',
    (value) => {
      expect(decodeUsage(value)).toBeUndefined();
    },
  );

  it('may lack a half', () => {
    expect(decodeUsage({ prompt_tokens: 3, total_tokens: 3 })).toMatchObject({ input: 3, output: 0 });
  });
});

describe('the end of a forwarded reply', () => {
  const usage = '{"prompt_tokens":1,"completion_tokens":2}';
  const input = expect.objectContaining({ input: 1, output: 2 }) as unknown;

  it('is the usage of a whole one', () => {
    expect(readEnd(OPENAI_CHAT, ` {"usage":${usage}}`)).toEqual({ usage: input, isComplete: true });
  });

  it('is the last usage of a stream, whose first bytes are gone', () => {
    const stream = `ices":[]}\n\ndata: {"choices":[{"finish_reason":"stop"}]}\n\ndata: {"choices":[],"usage":${usage}}\n\ndata: [DONE]\n\n`;
    expect(readEnd(OPENAI_CHAT, stream)).toEqual({ usage: input, isComplete: true });
  });

  it.each([
    ['data: {"choices":[{"delta":{},"finish_reason":null}]}\n\ndata: [DONE]\n\n', false],
    ['data: {"error":{"message":"x"}}\n\n', true],
    ['data: {"choices":[{"finish_reason": "length"}]}\r\n\r\n', true],
    ['', false],
  ])('of %j is complete: %s', (stream, isComplete) => {
    expect(readEnd(OPENAI_CHAT, stream).isComplete).toBe(isComplete);
    expect(readEnd(OPENAI_RELAY, stream).isComplete).toBe(true);
  });
});
