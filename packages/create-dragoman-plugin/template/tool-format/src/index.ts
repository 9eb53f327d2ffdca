import { definePlugin, defineToolFormat, envelopes, packageVersion, regions } from '@dragoman/plugin';

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

const meta = { version: packageVersion(import.meta.url), apiVersion: 1 } as const;
export const acme = definePlugin(() => ({ name: 'acme', meta, toolFormats: [format] }));
