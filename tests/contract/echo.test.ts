import { echo } from '@dragoman/plugin-echo';
import { describeProvider } from '@dragoman/testing';

const [type] = echo().providers;
const tool = {
  kind: 'function',
  name: 'get_weather',
  schema: { type: 'object', properties: { city: { type: 'string', default: 'Bergen' } }, required: ['city'] },
} as const;

describeProvider('echo', {
  type,
  options: () => ({ delayMs: 0 }),
  answers: [
    {
      name: 'with text',
      expected: { choices: [{ reason: 'stop', content: [{ type: 'text', text: 'You said: Hello' }] }] },
    },
    {
      name: 'with a call after reasoning',
      request: { model: 'echo-reasoning', tools: [tool], toolChoice: { mode: 'any' } },
      expected: {
        choices: [
          { reason: 'tool-use', content: [{ type: 'reasoning' }, { arguments: '{"city":"Bergen"}' }] },
        ],
      },
    },
    {
      name: 'with two choices',
      request: { sampling: { count: 2 } },
      expected: { choices: [{ reason: 'stop' }, { reason: 'stop' }] },
    },
  ],
  failures: [
    { name: 'a refused request', request: { model: 'echo-error-400' }, kind: 'invalid' },
    { name: 'a rate limit', request: { model: 'echo-error-429' }, kind: 'rate-limit', retryAfterMs: 1000 },
    { name: 'a cut stream', request: { model: 'echo-cut' }, kind: 'upstream-broken', midstream: true },
    {
      name: 'an error in the stream',
      request: { model: 'echo-error-midstream' },
      kind: 'overloaded',
      midstream: true,
    },
  ],
  silences: [
    { name: 'before the start', request: { model: 'echo-silent' } },
    { name: 'after the first word', request: { model: 'echo-hang' } },
  ],
  models: {
    ids: [
      'echo',
      'echo-reasoning',
      ...[400, 401, 403, 404, 429, 500, 503, 529].map((status) => `echo-error-${status}`),
      'echo-silent',
      'echo-hang',
      'echo-cut',
      'echo-error-midstream',
    ],
  },
});
