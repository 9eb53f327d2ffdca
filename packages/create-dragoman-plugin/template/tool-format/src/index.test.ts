import { describeToolFormat } from '@dragoman/testing';
import { acme } from './index.ts';

const [format] = acme().toolFormats;

describeToolFormat('acme', {
  format,
  tools: [{ name: 'get_weather', schema: { type: 'object', properties: { city: { type: 'string' } } } }],
  cases: [
    {
      name: 'a call after a text',
      tools: true,
      text: 'Wait. [call]{"name":"get_weather","arguments":{"city":"Oslo"}}[/call]',
      expected: {
        content: 'Wait.',
        tool_calls: [{ name: 'get_weather', arguments: { city: 'Oslo' } }],
        finish_reason: 'tool_calls',
      },
    },
    {
      name: 'no call',
      tools: true,
      text: 'Write [call] and [/call].',
      expected: { content: 'Write [call] and [/call].', tool_calls: [], finish_reason: 'stop' },
    },
  ],
});
