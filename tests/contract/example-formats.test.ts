import { describeToolFormat } from '@dragoman/testing';
import { mentions } from './example-mentions.ts';

describeToolFormat('mentions, of the plugin guide', {
  format: mentions,
  tools: [{ name: 'get_weather', schema: { type: 'object', properties: { city: { type: 'string' } } } }],
  cases: [
    {
      name: 'a call after a text',
      tools: true,
      text: 'Wait. @get_weather{"city":"Oslo"}',
      expected: {
        content: 'Wait.',
        tool_calls: [{ name: 'get_weather', arguments: { city: 'Oslo' } }],
        finish_reason: 'tool_calls',
      },
    },
    {
      name: 'no call',
      tools: true,
      text: 'Ask @someone{"city":"Oslo"} or @get_weather.',
      expected: {
        content: 'Ask @someone{"city":"Oslo"} or @get_weather.',
        tool_calls: [],
        finish_reason: 'stop',
      },
    },
  ],
});
