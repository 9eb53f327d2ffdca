import { GatewayError } from '@dragoman/plugin';
import { expect, it } from 'vitest';
import { decodeCompletion, decodeCompletionStream } from './decode-completion.ts';

const chunk = (choices: readonly object[], more: object = {}): { readonly data: string } => ({
  data: JSON.stringify({ id: 'cmpl-1', object: 'text_completion', choices, ...more }),
});

it('tells the texts of a stream of completions, and what was counted', () => {
  const decoder = decodeCompletionStream();
  const usage = { prompt_tokens: 3, completion_tokens: 2 };
  const events = [
    chunk([{ index: 0, text: 'Hi' }]),
    chunk([{ index: 1, text: 'Ho' }]),
    chunk([{ index: 0, text: '', finish_reason: 'stop' }]),
    chunk([], { usage }),
    { data: '[DONE]' },
  ].flatMap((event) => [...decoder.push(event)]);
  expect(events).toEqual([
    { type: 'block-start', index: 0, block: { type: 'text' }, choice: 0 },
    { type: 'block-delta', index: 0, delta: 'Hi' },
    { type: 'block-start', index: 1, block: { type: 'text' }, choice: 1 },
    { type: 'block-delta', index: 1, delta: 'Ho' },
    { type: 'usage', usage: { input: 3, output: 2 } },
  ]);
  expect(decoder.isOver).toBe(true);
});

it('tells the text of a whole completion, and throws what an upstream says went wrong', () => {
  const body = { choices: [{ index: 0, text: 'Hello.' }] };
  expect([...decodeCompletion(body)].at(-1)).toEqual({ type: 'block-delta', index: 0, delta: 'Hello.' });
  expect(() => [...decodeCompletion({ error: { message: 'No.' } })]).toThrow(GatewayError);
});
