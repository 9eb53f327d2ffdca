import type { ChatRequest } from '@dragoman/plugin';
import { describe, expect, it } from 'vitest';
import { chatRequest, createTestContext, readReply, textOf } from '@dragoman/testing';
import { leastCpuMs } from '../../../tests/support/cpu-time.ts';
import { embedInputs } from './embed.ts';
import { echoProvider } from './provider.ts';

const { context, setup } = createTestContext();
const echo = echoProvider.create({ delayMs: 0 }, setup);
const ask = (text: string, changes: Partial<ChatRequest> = {}) =>
  readReply(echo.chat(chatRequest(text, { model: 'echo', ...changes }), context));

describe('an answer of the echo', () => {
  it('ends after a million characters, as one that ran out of tokens', async () => {
    const reply = await ask('word '.repeat(300_000));
    expect(textOf(reply)).toHaveLength(1_000_000);
    expect(reply.choices[0]?.reason).toBe('max-tokens');
  });

  it('shares them among its choices', async () => {
    const reply = await ask('word '.repeat(3_000), { sampling: { count: 100 } });
    expect(reply.choices.map(({ content }) => JSON.stringify(content).length)).toEqual(
      Array.from({ length: 100 }, () => expect.toSatisfy((length: number) => length < 10_100)),
    );
  });

  it('is no more work for many tools and a long prompt', async () => {
    const tools = Array.from({ length: 5_000 }, (_, at) => ({
      kind: 'function' as const,
      name: `tool_number${at}`,
    }));
    const text = 'something else '.repeat(20_000);
    expect(await leastCpuMs(() => ask(text, { tools, maxTokens: 1 }), 2)).toBeLessThan(1000);
  });
});

describe('embeddings of the echo', () => {
  const embed = (inputs: readonly string[], dimensions?: number) => () =>
    embedInputs({
      protocol: 'openai-chat',
      model: 'echo',
      inputs,
      ...(dimensions !== undefined && { dimensions }),
    });
  const refused = (what: string) =>
    expect.objectContaining({
      kind: 'invalid',
      details: { field: 'input' },
      message: `input must not need more than ${what}.`,
    });

  it.each([
    [
      'inputs',
      Array.from({ length: 1_025 }, () => 'a'),
      undefined,
      '262,144 numbers, which 1025 vectors of 256 are',
    ],
    [
      'dimensions',
      Array.from({ length: 100 }, () => 'a'),
      4096,
      '262,144 numbers, which 100 vectors of 4096 are',
    ],
    ['tokens', ['a '.repeat(100_001)], undefined, '100,000 tokens'],
    ['characters', ['a'.repeat(30_000_000)], undefined, '100,000 tokens'],
  ])('are refused for too many %s', (_, inputs, dimensions, what) => {
    expect(embed(inputs, dimensions)).toThrow(refused(what));
  });

  it('may be as many as one answer carries', () => {
    expect(embed(Array.from({ length: 1_024 }, () => 'a'))().vectors).toHaveLength(1_024);
  });
});
