import { ReplyParser } from '@dragoman/plugin';
import { toolFormats } from '@dragoman/plugin-tool-formats';
import { describe, expect, it } from 'vitest';
import { growth, SUPERLINEAR } from '../support/cpu-time.ts';

const schema = { type: 'object', properties: { a: { type: 'string' }, l: { type: 'array' } } };
const tools = new Map([['f', { name: 'f', schema }]]);

/** Texts that make a careless parser read the same part again and again. */
const UNITS = [
  ...['<tool_call> ', '<tool_call>{"x":"', '{', '[', ' ', '<', '```json\n', 'a "b" <c> [d] {e}\n'],
  ...[
    '<minimax:tool_call><invoke name="f"><parameter name="a">',
    '<function=f><parameter=a>\nx</parameter> ',
  ],
  ...[
    '[TOOL_CALLS]f',
    '<|python_start|>[f(',
    '<|channel|>final',
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>f',
  ],
  ...[
    '<|tool_calls_section_begin|><|tool_call_begin|>functions.f:',
    '<tool_call>f<arg_key>l</arg_key>[1,2],',
  ],
];
const STARTS = [
  '',
  '<think>',
  '<tool_call>{"arguments":{"a":"',
  '<tool_call>{"name":"f","arguments":{"a":"',
  '[f(a=[',
];

describe.each(toolFormats().toolFormats)('$name', (format) => {
  const read = (start: string, unit: string) => (n: number) => {
    const text = start + unit.repeat(n / unit.length);
    return (): void => {
      const parser = new ReplyParser({ format, tools, maxRegion: 2_000 });
      for (let at = 0; at < text.length; at += 5) parser.push(text.slice(at, at + 5));
      parser.end();
    };
  };

  it.each(STARTS)('takes time in proportion to a text that begins with %j', async (start) => {
    for (const unit of UNITS) expect(await growth(6_000, read(start, unit)), unit).toBeLessThan(SUPERLINEAR);
  });
});
