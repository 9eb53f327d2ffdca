import { defineToolFormat, envelopes, regions } from '@dragoman/plugin';
import { namedResults, RESULT_TAGS } from './prompt/named-results.ts';
import { toolLines } from './prompt/tool-lines.ts';

const START = '<|python_tag|>';

/** Llama 3.1 and later: JSON after a marker, or as the whole answer, because servers often drop the marker. */
export const llama3 = defineToolFormat({
  name: 'llama3',
  aliases: ['llama3_json', 'llama4_json'],
  read: regions({
    starts: { [START]: envelopes() },
    noise: ['<|eot_id|>', '<|eom_id|>'],
    bare: { opens: '{[', region: envelopes({ isBare: true }) },
  }),
  prompt: {
    tools: (tools) =>
      [
        'You have these functions:',
        '',
        ...toolLines(tools),
        '',
        'To call one, answer with a JSON object and nothing else: {"name": <function-name>, "parameters": <args-json-object>}.',
        'Separate several calls by a semicolon.',
      ].join('\n'),
    calls: (calls) =>
      calls
        .map(({ name, arguments: values }) => JSON.stringify({ name, parameters: values }))
        .map((json, at) => (at === 0 ? START + json : json))
        .join('; '),
    ...namedResults,
    escapes: [START, ...RESULT_TAGS],
  },
});
