import { bracketed } from './example-bracketed.ts';
import { mentions } from './example-mentions.ts';
import { describeToolFormat, type ToolTextCase } from '@dragoman/testing';

const tools = [{ name: 'get_weather', schema: { type: 'object', properties: { city: { type: 'string' } } } }];
const called: Omit<ToolTextCase, 'text'> = {
  name: 'a call after a text',
  tools: true,
  expected: {
    content: 'Wait.',
    tool_calls: [{ name: 'get_weather', arguments: { city: 'Oslo' } }],
    finish_reason: 'tool_calls',
  },
};
const answered = (text: string): ToolTextCase => ({
  ...{ name: 'no call', tools: true, text },
  expected: { content: text, tool_calls: [], finish_reason: 'stop' },
});

describeToolFormat('bracketed, of the plugin guide', {
  format: bracketed,
  tools,
  cases: [
    { ...called, text: 'Wait. [call]{"name":"get_weather","arguments":{"city":"Oslo"}}[/call]' },
    answered('Write [call] and [/call].'),
  ],
});

describeToolFormat('mentions, of the plugin guide', {
  format: mentions,
  tools,
  cases: [
    { ...called, text: 'Wait. @get_weather{"city":"Oslo"}' },
    answered('Ask @someone{"city":"Oslo"} or @get_weather.'),
  ],
});
