import { expect, it } from 'vitest';
import { qwen25 } from './qwen25.ts';

const { prompt } = qwen25;

it('lists the tools in the prompt, one a line', () => {
  const schema = { type: 'object', properties: { city: { type: 'string' } } };
  const lines = prompt.tools([{ name: 'get_weather', description: 'The weather', schema }]).split('\n');
  const at = lines.indexOf('<tools>');
  expect(JSON.parse(lines[at + 1] ?? '')).toEqual({
    type: 'function',
    function: { name: 'get_weather', description: 'The weather', parameters: schema },
  });
  expect(lines[at + 2]).toBe('</tools>');
});

it('writes calls as the model does', () => {
  const calls = [
    { id: 'call_1', name: 'get_weather', arguments: { city: 'Oslo' } },
    { id: 'call_2', name: 'get_time', arguments: {} },
  ];
  expect(prompt.calls(calls)).toBe(
    '<tool_call>\n{"name": "get_weather", "arguments": {"city":"Oslo"}}\n</tool_call>\n' +
      '<tool_call>\n{"name": "get_time", "arguments": {}}\n</tool_call>',
  );
});

it('writes results in the order of their calls', () => {
  const results = ['cold', 'noon'].map((text, at) => ({
    ...{ callId: `call_${at}`, name: 'f', text, isError: false },
  }));
  expect(prompt.results(results)).toBe(
    '<tool_response>\ncold\n</tool_response>\n<tool_response>\nnoon\n</tool_response>',
  );
});
