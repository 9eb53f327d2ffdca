import { defineToolFormat, definePlugin, envelopes, regions } from '@dragoman/plugin';

/** `[call]{"name": "get_weather", "arguments": {"city": "Oslo"}}[/call]` */
const format = defineToolFormat({
  name: 'acme',
  read: regions({
    starts: { '[call]': envelopes({ end: '[/call]' }) },
    noise: ['<|end|>'],
  }),
  prompt: {
    tools: (tools) =>
      `Your tools:\n${tools.map((tool) => JSON.stringify(tool)).join('\n')}\n` +
      'Call one by [call]{"name": …, "arguments": {…}}[/call].',
    calls: (calls) =>
      calls
        .map(({ name, arguments: values }) => `[call]${JSON.stringify({ name, arguments: values })}[/call]`)
        .join('\n'),
    results: (results) => results.map(({ text }) => `[result]${text}[/result]`).join('\n'),
    escapes: ['[call]', '[/result]'],
  },
});

export const acme = definePlugin(() => ({ name: 'acme', toolFormats: [format] }));
